"""Which format a report file has, by its content and by its name."""

from __future__ import annotations

import re
from typing import Literal

from index.errors import ReportError

Format = Literal["text", "pdf", "html", "mhtml", "docx"]

SUFFIXES: dict[str, Format] = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".docx": "docx",
}
"""The endings of the files that can be read."""

_NAMES: dict[Format, str] = {
    "text": "text",
    "pdf": "a PDF",
    "html": "a web page",
    "mhtml": "a web archive",
    "docx": "a Word document",
}
_ENDING: dict[Format, str] = {
    "text": ".txt",
    "pdf": ".pdf",
    "html": ".html",
    "mhtml": ".mhtml",
    "docx": ".docx",
}
OTHER_SUFFIXES = {
    ".doc": "an old Word file",
    ".odt": "an OpenDocument text",
    ".rtf": "a rich text file",
    ".pages": "a Pages document",
}
"""The endings of reports that cannot be read, and what they are."""

_HEAD, _LONG_HEAD = 1024, 8192
_PAGE = re.compile(rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype html|html)\b", re.I | re.DOTALL)
_ARCHIVE = re.compile(
    rb"(From|Snapshot-Content-Location|Subject|Date|MIME-Version|Content-Type|X-\w+): "
    rb"[\s\S]*?content-type: multipart/related",
    re.IGNORECASE,
)
_UNREADABLE = (
    (
        re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "an old Word file (.doc) or one that is locked by a password",
        "open it in Word and save it as .docx without a password",
    ),
    (
        re.compile(rb"\{\\rtf"),
        "a rich text file",
        "open it in a word processor and save it as .docx",
    ),
    (
        re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|RIFF....WEBP", re.DOTALL),
        "a picture",
        "have its text recognised (OCR) and save that as text",
    ),
    (
        re.compile(rb"From:|MIME-Version:|Content-Type: multipart", re.I),
        "an e-mail",
        "open it and save it as PDF",
    ),
)


def format_of(name: str, data: bytes) -> Format:
    """The format of a file; its content is looked at, but not read.

    Raises ReportError where the name's ending is none of SUFFIXES, the file is empty, or its
    content is not what the ending says.
    """
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix in OTHER_SUFFIXES:
        raise ReportError(
            f"{name}: {OTHER_SUFFIXES[suffix]} ({suffix}) cannot be read; open it in a word "
            "processor and save it as .docx"
        )
    if suffix not in SUFFIXES:
        raise ReportError(
            f"{name}: {suffix or 'a file without suffix'} cannot be read; save the report as one "
            f"of {', '.join(SUFFIXES)}"
        )
    named = SUFFIXES[suffix]
    if not data.strip():
        raise ReportError(f"{name}: the file is empty; get it anew from where it is published")
    found = _sniffed(data)
    for pattern, what, mend in _UNREADABLE:
        if found is None and named != "text" and pattern.match(data.lstrip()):
            raise ReportError(f"{name}: this is {what}, not {_NAMES[named]}; {mend}")
    if found is None and named in ("pdf", "mhtml", "docx"):
        raise ReportError(
            f"{name}: this is not {_NAMES[named]}; get the file anew from where it is published"
        )
    if found is not None and found != named:
        raise ReportError(
            f"{name}: this is {_NAMES[found]}, not {_NAMES[named]}; rename it to end in "
            f"{_ENDING[found]}"
        )
    return named


def _sniffed(data: bytes) -> Format | None:
    """The format that the first bytes show; None where they could be anything, as text."""
    head = data[:_HEAD]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx"
    if _PAGE.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        return "html"
    if _ARCHIVE.match(data[:_LONG_HEAD].lstrip()):
        return "mhtml"
    return None
