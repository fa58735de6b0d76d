"""The token vectors of a report's units, made once and kept beside the library.

A file a report. It begins with a table, a row for each unit: where the unit stands, how many
tokens it has, where their vectors begin and the SHA-256 of these. The vectors follow: of each
token a scale, then its numbers in eight bits. It is kept under the SHA-256 of the report's text
and that of the reader and of all that it reads of the report, so that nothing stale is used; and
what is used is compared with its SHA-256, at the cost of its own reading only.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from index import kept
from index.embed import Vectors
from index.types import Document, Unit
from rag.encoder import ReadingEncoder

_FORMAT = "peel-tokens-1"
_SUFFIX = ".tokens"
_ROW = np.dtype(
    [("start", "<u4"), ("end", "<u4"), ("tokens", "<u4"), ("place", "<u8"), ("sha256", "V32")]
)
_COUNT, _DIGEST = np.dtype("<u4"), 32
_SCALE, _STEPS = np.dtype("<f4"), 127

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Table:
    """Of a document the file of its vectors and by unit the tokens, place and SHA-256 there."""

    document: Document
    path: Path
    rows: dict[tuple[int, int], tuple[int, int, bytes]]


class TokenStore:
    """The token vectors of reports in a folder, as one encoder reads them; safe to share.

    A folder that cannot be written to costs only the time, and so does a damaged file, which
    is deleted.
    """

    def __init__(self, folder: Path, encoder: ReadingEncoder) -> None:
        self._folder = folder
        self._encoder = encoder
        self._tables: dict[str, _Table] = {}

    def make(self, document: Document) -> None:
        """Keep the vectors of a report's units, where they are not kept already."""
        if self._table(document) is not None:
            return
        texts = [reading(document, unit) for unit in document.units]
        blocks = [packed(vectors) for vectors in self._encoder.text_tokens(texts)]
        rows, place = [], _COUNT.itemsize + _DIGEST + len(blocks) * _ROW.itemsize
        for unit, block in zip(document.units, blocks, strict=True):
            tokens, digest = len(block) // self._token_bytes, hashlib.sha256(block).digest()
            rows.append((unit.start, unit.end, tokens, place, digest))
            place += len(block)
        table = np.array(rows, dtype=_ROW)
        head = np.array(len(table), dtype=_COUNT).tobytes()
        digest = hashlib.sha256(table.tobytes()).digest()
        data = b"".join([head, digest, table.tobytes(), *blocks])
        try:
            kept.keep(self._folder, self._key(document), data, _SUFFIX)
        except OSError as error:
            _log.warning("what was read of a report is not kept for later questions: %s", error)

    def read(self, document: Document, units: Sequence[Unit]) -> list[Vectors | None]:
        """The vectors of a report's units, shape (tokens, dimension), None where none are kept."""
        table = self._table(document)
        if table is not None:
            try:
                with table.path.open("rb") as file:
                    return [self._block(file, table, unit) for unit in units]
            except (OSError, ValueError, KeyError) as error:
                self._refuse(table.path, error)
                self._tables.pop(document.document_id, None)
        return [None] * len(units)

    def _table(self, document: Document) -> _Table | None:
        found = self._tables.get(document.document_id)
        if found is not None and found.document is document:
            return found
        path = kept.find(self._folder, self._key(document).__eq__)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                rows = _read_table(file)
        except (OSError, ValueError) as error:
            self._refuse(path, error)
            return None
        table = _Table(document, path, rows)
        self._tables[document.document_id] = table
        return table

    def _block(self, file: BinaryIO, table: _Table, unit: Unit) -> Vectors:
        tokens, place, digest = table.rows[unit.start, unit.end]
        file.seek(place)
        block = file.read(tokens * self._token_bytes)
        if hashlib.sha256(block).digest() != digest:
            raise ValueError(f"the vectors of {unit.start}-{unit.end} were changed")
        return unpacked(block, self._encoder.dimension)

    def _key(self, document: Document) -> str:
        """The report's text, and whatever else decides its vectors, as hexadecimal digits."""
        read = [reading(document, unit) for unit in document.units]
        parts = [_FORMAT, self._encoder.model_hash, *read]
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
        return f"{document.sha256}.{digest}"

    @property
    def _token_bytes(self) -> int:
        return _SCALE.itemsize + self._encoder.dimension

    def _refuse(self, path: Path, error: Exception) -> None:
        _log.warning("%s is not used, and deleted: %s", path, error)
        with suppress(OSError):
            path.unlink()


def packed(vectors: Vectors) -> bytes:
    """Token vectors in eight bits: of each its scale, then its numbers.

    A cosine between two of length 1 moves by some 0.0005, which no ranking was seen to turn on.
    """
    scales = np.abs(vectors).max(axis=1, initial=0.0).clip(min=1e-12) / _STEPS
    numbers = np.rint(vectors / scales[:, None]).astype(np.int8)
    rows = np.concatenate(
        [scales.astype(_SCALE).view(np.int8).reshape(-1, _SCALE.itemsize), numbers], axis=1
    )
    return rows.tobytes()


def unpacked(data: bytes, dimension: int) -> Vectors:
    """What ``packed`` was given, shape (tokens, dimension); raises ValueError on other lengths."""
    rows = np.frombuffer(data, dtype=np.int8).reshape(-1, _SCALE.itemsize + dimension)
    scales = np.ascontiguousarray(rows[:, : _SCALE.itemsize]).view(_SCALE)
    return np.multiply(rows[:, _SCALE.itemsize :], scales, dtype=np.float32)


def reading(document: Document, unit: Unit) -> str:
    """A unit as it is read: after its headings and lead-in."""
    words = document.quote(unit)
    if unit.lead_in is not None:
        words = f"{document.quote(unit.lead_in)} {words}"
    return f"{document.sections[unit.section].label}. {words}"


def _read_table(file: BinaryIO) -> dict[tuple[int, int], tuple[int, int, bytes]]:
    """By start and end of each unit its tokens, place and SHA-256; raises ValueError."""
    head = file.read(_COUNT.itemsize + _DIGEST)
    count = int.from_bytes(head[: _COUNT.itemsize], "little")
    data = file.read(count * _ROW.itemsize)
    if hashlib.sha256(data).digest() != head[_COUNT.itemsize :]:
        raise ValueError("the table of its units was changed")
    return {
        (int(row["start"]), int(row["end"])): (
            int(row["tokens"]),
            int(row["place"]),
            row["sha256"].tobytes(),
        )
        for row in np.frombuffer(data, dtype=_ROW)
    }
