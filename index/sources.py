"""Report files into what a library keeps of them: the bytes, the document, its passages."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.chunk import chunk
from index.config import IndexConfig
from index.errors import ReportError
from index.manifest import DocumentRecord, FileRecord
from index.parse import READABLE_SUFFIXES, parse_report
from index.parse.formats import OTHER_SUFFIXES
from index.report_file import ReportFile
from index.types import Document, Passage

_SLUG_LENGTH = 60
# What lies beside reports in a folder and is none; it is added where its file is named.
_ABOUT_A_FOLDER = re.compile(
    r"(read[-_ ]?me|licen[cs]e|copying|notice|authors|changelog|contributing)\b.*", re.IGNORECASE
)


@dataclass(frozen=True)
class Report:
    """A document as a library holds it."""

    record: DocumentRecord
    document: Document
    passages: tuple[Passage, ...]


def report_files(path: Path, library: Path) -> list[Path]:
    """The file itself, or the report files in the folder and below, as absolute paths.

    Those in formats that cannot be read, such as .doc, are among them. The library's own folder
    is passed over, and so are files about a folder, such as README.md. Raises ReportError where
    there is no file.
    """
    try:
        path = path.resolve()
        if path.is_dir():
            found = list(_walk(path, library.resolve()))
        else:
            found = [path] if path.is_file() else []
    except (OSError, ValueError, RuntimeError) as error:
        raise ReportError(f"{path.name!r} cannot be read: {error}") from error
    if not found:
        raise ReportError(
            f"{path.name!r} is neither a file nor a folder with report files "
            f"({', '.join(READABLE_SUFFIXES)})"
        )
    return found


def parse_file(
    file: ReportFile, document_id: str, config: IndexConfig, added: str | None = None
) -> Report:
    """The report in just these bytes, whatever has become of the file since; raises ReportError."""
    document = parse_report(file, document_id)
    passages = chunk(document, config)
    record = DocumentRecord(
        document_id=document_id,
        title=document.title,
        source=document.source,
        path=str(file.path),
        file=f"sources/{document_id}{file.path.suffix.lower()}",
        companions=tuple(f"sources/{document_id}{suffix}" for suffix in file.companions),
        text_sha256=document.sha256,
        passages=len(passages),
        added=added or datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return Report(record, document, passages)


def stored_bytes(report: Report, file: ReportFile) -> dict[str, bytes]:
    """The files of a report in a library, by relative name."""
    return {
        report.record.content: content_bytes(report),
        **dict(zip(report.record.sources, _parts(file), strict=True)),
    }


def content_bytes(report: Report) -> bytes:
    """The document and its passages as ``stored_report`` reads them."""
    content = {
        "document": report.document.to_dict(),
        "passages": [asdict(passage) for passage in report.passages],
    }
    return json.dumps(content).encode()


def stored_report(record: DocumentRecord, data: bytes) -> Report:
    """The report that ``stored_bytes`` wrote as ``record.content``; raises KeyError and such."""
    content = json.loads(data)
    passages = tuple(
        Passage(**{**passage, "heading_path": tuple(passage["heading_path"])})
        for passage in content["passages"]
    )
    return Report(record, Document.from_dict(content["document"]), passages)


def is_original(file: ReportFile, record: DocumentRecord, hashes: Mapping[str, FileRecord]) -> bool:
    """Whether these are the bytes, companions included, that the document was read from."""
    return [FileRecord.of(data) for data in _parts(file)] == [
        hashes[name] for name in record.sources
    ]


def new_id(path: Path, taken: Collection[str], prefix: str = "") -> str:
    """A safe id made of a prefix and the file's name, with -2, -3 and so on where it is taken."""
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG_LENGTH].strip("-") or "report"
    slug = prefix + slug
    number, candidate = 1, slug
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def _parts(file: ReportFile) -> list[bytes]:
    """What ``DocumentRecord.sources`` names, in that order."""
    return [file.data, *file.companions.values()]


def _walk(folder: Path, library: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        # Changed in place, which is how os.walk is told where to go on, and in which order.
        folders[:] = sorted(name for name in folders if Path(place, name) != library)
        for name in sorted(names):
            stem, suffix = os.path.splitext(name)
            if suffix.lower() in (
                *READABLE_SUFFIXES,
                *OTHER_SUFFIXES,
            ) and not _ABOUT_A_FOLDER.fullmatch(stem):
                yield Path(place, name)
