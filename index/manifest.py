"""What a version of a library says of itself: settings, documents, and the hash of every file."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.config import IndexConfig
from index.errors import LibraryDamagedError, LibraryMismatchError

MANIFEST_FILE = "manifest.json"
REBUILD = "mend: peel index rebuild"
_SCHEMA = 1
_SAFE_NAME = re.compile(
    r"(vectors\.faiss|nodes\.jsonl|(documents|sources)/[a-z0-9-]+(\.[a-z0-9]+)+)"
)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file's SHA-256, as hexadecimal digits, and its size in bytes."""

    sha256: str
    size: int

    @classmethod
    def of(cls, data: bytes) -> FileRecord:
        return cls(hashlib.sha256(data).hexdigest(), len(data))


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A report in a library.

    ``path`` is where its file was when it was added (UTC, ISO 8601, in ``added``). ``file`` and
    ``companions`` name the copies of that file and of those beside it that belong to it.
    """

    document_id: str
    title: str
    source: str
    path: str
    file: str
    companions: tuple[str, ...]
    text_sha256: str
    passages: int
    added: str

    @property
    def content(self) -> str:
        """The file that holds the document and its passages."""
        return f"documents/{self.document_id}.json"

    @property
    def sources(self) -> tuple[str, ...]:
        """The files that the document is read from."""
        return (self.file, *self.companions)

    @property
    def files(self) -> tuple[str, ...]:
        """All files of the document."""
        return (self.content, *self.sources)


@dataclass(frozen=True)
class Manifest:
    """The content of ``manifest.json``; ``files`` are relative to the folder it stands in."""

    config: dict[str, Any]
    config_fingerprint: str
    model_hash: str
    dimension: int
    documents: tuple[DocumentRecord, ...]
    files: dict[str, FileRecord]
    schema: int = _SCHEMA

    def content_fingerprint(self) -> str:
        """The SHA-256 of what decides answers: settings, model, and the content of each report.

        Not of when and from which path a report was added, so that it is equal on two machines.
        """
        parts = [self.config_fingerprint, self.model_hash]
        parts += [f"{r.document_id} {self.files[r.content].sha256}" for r in self.documents]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes, path: Path) -> Manifest:
        """Raises LibraryDamagedError, naming ``path``, on anything that ``to_bytes`` did not write.

        No name in the result leads outside the version's folder.
        """
        try:
            content = json.loads(data)
            if content["schema"] != _SCHEMA:
                raise LibraryMismatchError(
                    f"{path} has library format {content['schema']!r}, this version of peel-qa "
                    f"reads {_SCHEMA}; mend: update peel-qa, or build a library in another folder "
                    "with PEEL_LIBRARY"
                )
            content["documents"] = tuple(
                DocumentRecord(**{**item, "companions": tuple(item["companions"])})
                for item in content["documents"]
            )
            content["files"] = {
                name: FileRecord(**record) for name, record in content["files"].items()
            }
            manifest = cls(**content)
            named = {name for record in manifest.documents for name in record.files}
            unsafe = [name for name in manifest.files if not _SAFE_NAME.fullmatch(name)]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LibraryDamagedError(f"{path} is damaged ({error!r}); {REBUILD}") from error
        if unsafe or not named <= manifest.files.keys():
            raise LibraryDamagedError(f"{path} is damaged (unexpected file names); {REBUILD}")
        return manifest

    def check_config(self, config: IndexConfig) -> None:
        """Raise LibraryMismatchError, with both values, where other settings were used."""
        _compare(self.config, asdict(config))

    def check_model(self, model_hash: str, dimension: int) -> None:
        """Raise LibraryMismatchError, with both values, where another model was used."""
        _compare(
            {"model files of SHA-256": self.model_hash, "dimension": self.dimension},
            {"model files of SHA-256": model_hash, "dimension": dimension},
        )


def _compare(built: dict[str, Any], wanted: dict[str, Any]) -> None:
    differing = [
        f"{name} {built.get(name)!r}, not {wanted.get(name)!r}"
        for name in {**built, **wanted}
        if built.get(name) != wanted.get(name)
    ]
    if differing:
        raise LibraryMismatchError(f"the library was built with {', '.join(differing)}; {REBUILD}")
