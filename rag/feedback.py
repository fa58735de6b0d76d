"""What people thought of answers: kept on this computer, one JSON object a line.

A line is added whole or not at all, by any number of processes at once; the file is for its
owner's eyes only.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from index.errors import FeedbackError
from index.types import Document
from rag.cite import verify
from rag.types import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

Verdict = Literal["up", "down"]
Reason = Literal["not_answered", "incomplete", "too_much", "not_said", "said", "other"]

REASONS: Final[dict[Reason, str]] = {
    "not_answered": "It does not answer the question",
    "incomplete": "It leaves something out",
    "too_much": "It holds more than was asked for",
    "not_said": "The report does not say this",
    "said": "The report does say this",
    "other": "Something else",
}
FILE: Final = "feedback.jsonl"

_FORMAT: Final = 1
_COMMENT_CHARACTERS: Final = 2000
_QUOTE_CHARACTERS: Final = 5000
_HISTORY: Final = 40


@dataclass(frozen=True, slots=True)
class RightPassage:
    """The words that someone selected as the answer: ``document.text[start:end] == quote``."""

    document: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Feedback:
    """What someone thought of an answer.

    ``history`` holds the earlier questions of the conversation, oldest first. ``time`` is in
    UTC, by ISO 8601. ``fingerprint`` is the answer's own: what library, settings and models
    made it.
    """

    time: str
    verdict: Verdict
    question: str
    fingerprint: str
    answer: Answer
    history: tuple[str, ...] = ()
    reason: Reason | None = None
    comment: str = ""
    passage: RightPassage | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, read back by ``from_dict``."""
        return {"feedback": _FORMAT, **asdict(self)}

    @classmethod
    def from_dict(cls, data: Any) -> Feedback:
        """What ``to_dict`` wrote; raises FeedbackError on anything else."""
        from pydantic import TypeAdapter, ValidationError

        found = data.get("feedback") if isinstance(data, dict) else None
        if found != _FORMAT:
            raise FeedbackError(f"its 'feedback' is {found!r}, and format {_FORMAT} is read")
        try:
            fields = {key: value for key, value in data.items() if key != "feedback"}
            return TypeAdapter(cls).validate_python(fields)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"]) or "the whole"
            raise FeedbackError(f"{place}: {first['msg']}") from error


def judged(
    answer: Answer,
    verdict: str,
    documents: Mapping[str, Document],
    *,
    history: Sequence[str] = (),
    reason: str | None = None,
    comment: str = "",
    passage: tuple[str, int, int] | None = None,
    now: datetime | None = None,
) -> Feedback:
    """Feedback on an answer, all of it checked: what comes from a browser is not trusted.

    ``passage`` is the right one as document, start and end. Raises FeedbackError where the
    documents do not prove the answer, and for an unknown verdict, reason or passage and a
    comment that is too long.
    """
    if faults := verify(answer, documents):
        raise FeedbackError(f"this answer is not from this library: {faults[0]}; ask it anew")
    if verdict not in get_args(Verdict):
        raise FeedbackError(f"the verdict is {verdict!r}; give 'up' or 'down'")
    if reason is not None and reason not in REASONS:
        raise FeedbackError(f"the reason is {reason!r}; give one of {', '.join(REASONS)}")
    if len(comment) > _COMMENT_CHARACTERS:
        raise FeedbackError(
            f"this comment has {len(comment):,} characters; "
            f"please write at most {_COMMENT_CHARACTERS:,}"
        )
    return Feedback(
        time=(now or datetime.now(UTC)).isoformat(timespec="seconds"),
        verdict="up" if verdict == "up" else "down",
        question=answer.question,
        fingerprint=answer.fingerprint,
        answer=answer,
        history=tuple(history)[-_HISTORY:],
        reason=next((known for known in REASONS if known == reason), None),
        comment=comment,
        passage=None if passage is None else _selected(*passage, documents),
    )


def append_feedback(path: Path, feedback: Feedback) -> None:
    """Add a line to a file of feedback, which is made where there is none, readable by its owner.

    A line that an earlier crash left unfinished stays, and the new one stands below it. Raises
    FeedbackError where the file cannot be written; it is then as it was.
    """
    line = json.dumps(feedback.to_dict(), ensure_ascii=False)
    data = line.encode("utf-8", "backslashreplace") + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path) as file:
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != b"\n":
                data = b"\n" + data
            try:
                _write(file, data)
                os.fsync(file)
            except OSError:
                os.ftruncate(file, size)
                raise
    except OSError as error:
        raise FeedbackError(
            f"feedback cannot be kept in {path} ({error.strerror}); free the disk or make the "
            "folder writable"
        ) from error


def feedback_id(question: str, history: Sequence[str]) -> str:
    """A name for a question in its conversation: 12 digits of a SHA-256."""
    said = json.dumps([question, *history], ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _selected(name: str, start: int, end: int, documents: Mapping[str, Document]) -> RightPassage:
    if name not in documents:
        raise FeedbackError(
            f"there is no report {name!r}; the reports are: {', '.join(documents) or '(none)'}"
        )
    text = documents[name].text
    if not 0 <= start < end <= len(text) or not text[start:end].strip():
        raise FeedbackError(
            f"there are no words at {start}-{end} of {name}, which has {len(text)} characters; "
            "select some in the report"
        )
    if end - start > _QUOTE_CHARACTERS:
        raise FeedbackError(
            f"the selected passage has {end - start:,} characters; select the sentences that "
            f"answer, at most {_QUOTE_CHARACTERS:,} characters"
        )
    return RightPassage(name, start, end, text[start:end])


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """A file to append to, held against other writers until it is closed."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_mode & 0o077:
            os.fchmod(file, 0o600)
        yield file
    finally:
        os.close(file)


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]
