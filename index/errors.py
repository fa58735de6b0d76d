"""The errors that this project raises on purpose; each message says how to mend it.

PeelError
├── ReportError            a report file cannot be read
├── LibraryError           a library is missing, busy or cannot be written
│   ├── LibraryBusyError       another process is writing to it
│   ├── LibraryDamagedError    a file is missing, or is not what the manifest says
│   └── LibraryMismatchError   it was built with another model or configuration
├── LLMError               a language model cannot be used: settings, address, key or name
│   ├── LLMServerError         one request failed, though it was repeated
│   └── LLMReplyError          it answered, but not as it was asked to
├── ModelError             an embedding model cannot be loaded or is not the pinned one
├── QuestionError          a question cannot be asked (empty, no such report)
├── AnswerError            a saved answer is malformed
├── FeedbackError          what someone thought of an answer cannot be kept or read
├── AccountError           a file of users, a name or a password cannot be used
└── DatasetError           an evaluation set or run is malformed
"""


class PeelError(Exception):
    """Anything that the user can mend; the message says how."""


class ReportError(PeelError):
    """A report file cannot be read."""


class LibraryError(PeelError):
    """A library is missing, busy or cannot be written."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""


class LibraryDamagedError(LibraryError):
    """A file of the library is missing or is not what the manifest says."""


class LibraryMismatchError(LibraryError):
    """The library was built with another model or configuration."""


class LLMError(PeelError):
    """A language model cannot be used: settings, address, key or name."""


class LLMServerError(LLMError):
    """A request to a language model failed, though it was repeated; a later one may go well."""


class LLMReplyError(LLMError):
    """A language model answered, but not as it was asked to; it may when asked again."""


class ModelError(PeelError):
    """An embedding model cannot be loaded, or is not the pinned one."""


class QuestionError(PeelError):
    """A question cannot be asked."""


class AnswerError(PeelError):
    """A saved answer is malformed."""


class FeedbackError(PeelError):
    """What someone thought of an answer cannot be kept or read."""


class AccountError(PeelError):
    """A file of users, a name or a password cannot be used."""


class DatasetError(PeelError):
    """An evaluation set or run is malformed."""
