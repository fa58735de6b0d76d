"""A report file into a ``Document``; one module a format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from index.corrections import CORRECTED_SUFFIX, read_corrections, with_corrections
from index.enrich import companion_questions
from index.errors import ReportError
from index.parse.apart import read_apart
from index.parse.formats import SUFFIXES, format_of
from index.parse.limits import ReaderLimits
from index.parse.text import parse_text
from index.report_file import METADATA_SUFFIX, ReportFile, read_file
from index.reports import sidecar_metadata
from index.types import Document

READABLE_SUFFIXES = tuple(SUFFIXES)

__all__ = ["READABLE_SUFFIXES", "ReaderLimits", "parse_report", "parse_text", "read_report"]


def read_report(
    path: Path, document_id: str | None = None, limits: ReaderLimits | None = None
) -> Document:
    """The document in a report file, see ``parse_report``; raises ReportError."""
    return parse_report(read_file(path), document_id, limits)


def parse_report(
    file: ReportFile, document_id: str | None = None, limits: ReaderLimits | None = None
) -> Document:
    """The document in a report's bytes; its id is the file's stem unless one is given.

    Text is read here, the other formats in a process of their own, held to ``limits``. A
    ``.json`` file of the same name says what is known of the report, see ``index.reports``; a
    ``.corrected.json`` file corrects what was found of it, see ``index.corrections``;
    ``.questions.jsonl`` and ``.enriched.jsonl`` files hold questions that it answers, see
    ``index.enrich``.

    Raises ReportError, naming the file, where the format is not one of READABLE_SUFFIXES, the
    file is not what its name says, cannot be read, or holds no sentence.
    """
    path, data, beside = file.path, file.data, file.companions
    file_format = format_of(path.name, data)
    try:
        metadata = sidecar_metadata(beside.get(METADATA_SUFFIX, b"{}"), path.stem + METADATA_SUFFIX)
        "".join(metadata.values()).encode()  # a ValueError where JSON wrote half a surrogate pair
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path.name}: cannot be read: {error}") from error
    name, title = document_id or path.stem, metadata.get("title")
    if file_format == "text":
        document = parse_text(
            _decode(data, path.name),
            document_id=name,
            source=path.name,
            title=title,
            metadata=metadata,
        )
    else:
        document = read_apart(
            data,
            file_format,
            name=path.name,
            document_id=name,
            title=title,
            metadata=metadata,
            limits=limits,
        )
    if not any(unit.kind in ("sentence", "bullet") for unit in document.units):
        raise ReportError(f"{path.name}: there is no sentence in this file; is it the right one?")
    questions = companion_questions(beside, path.stem, document.text)
    corrections = read_corrections(
        beside.get(CORRECTED_SUFFIX, b"{}"), path.stem + CORRECTED_SUFFIX
    )
    return replace(
        with_corrections(document, corrections),
        answered=questions.answered,
        unanswered=questions.unanswered,
    )


def _decode(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 with its mark, else Windows-1252: what saved text is found in."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "cp1252")
    error: UnicodeDecodeError
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as fault:
            error = fault
            continue
        if "\0" in text:
            raise ReportError(
                f"{name}: this is not text (it has NUL characters); save the report as UTF-8"
            )
        return text
    raise ReportError(
        f"{name}: byte {error.start} is not text in {' or '.join(encodings)}; "
        "save the report as UTF-8"
    ) from error
