"""The texts of reports that were replaced or removed, kept so that old answers can be proven.

LIBRARY/past/ID.TEXT_SHA256.FILE_SHA256.json is what ``documents/ID.json`` was in its version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from index import kept
from index.errors import LibraryDamagedError
from index.manifest import DocumentRecord, FileRecord, Manifest
from index.types import Document


def past_folder(root: Path) -> Path:
    """Where a library keeps the texts that its reports had before."""
    return root / "past"


def keep_past(
    root: Path, folder: Path, manifest: Manifest, records: Sequence[DocumentRecord]
) -> None:
    """Keep the texts of a version that the next one, of these records, has not; raises OSError.

    One that is missing or damaged is passed over.
    """
    staying = {record.text_sha256 for record in records}
    kept.drop(past_folder(root), lambda _: False)  # what killed writers left
    for record in manifest.documents:
        path = folder / record.content
        if record.text_sha256 not in staying and path.is_file():
            data = path.read_bytes()
            if FileRecord.of(data) == manifest.files[record.content]:
                kept.keep(past_folder(root), _key(record), data, ".json")


def past_document(root: Path, text_sha256: str) -> Document | None:
    """The document of a text that was replaced or removed, None where it is not kept.

    Raises LibraryDamagedError where it is not as it was kept.
    """
    path = kept.find(past_folder(root), lambda key: key.endswith(f".{text_sha256}"))
    if path is None:
        return None
    try:
        return Document.from_dict(json.loads(kept.read(path))["document"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LibraryDamagedError(f"{path} cannot be read ({error!r})") from error


def has_past(root: Path, document_id: str) -> bool:
    """Whether a text is kept that a report had before."""
    return kept.find(past_folder(root), _is_of(document_id)) is not None


def forget_past(root: Path, document_id: str) -> None:
    """Delete every text that a report had before."""
    kept.drop(past_folder(root), _is_of(document_id))


def _is_of(document_id: str) -> Callable[[str], bool]:
    return lambda key: key.partition(".")[0] == document_id


def _key(record: DocumentRecord) -> str:
    return f"{record.document_id}.{record.text_sha256}"
