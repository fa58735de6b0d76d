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
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from index import kept
from index.embed import Vectors
from index.intake import OnProgress, Prepare
from index.kept import made_folder
from index.library import Library, default_library_path
from index.types import Document, Unit
from rag.encoder import READER_HASH, ReadingEncoder, load_reader

_FORMAT = "peel-tokens-1"
_SUFFIX = ".tokens"
_ROW = np.dtype(
    [("start", "<u4"), ("end", "<u4"), ("tokens", "<u4"), ("place", "<u8"), ("sha256", "V32")]
)
_HEAD, _DIGEST = struct.Struct("<II"), 32  # how many units, the dimension; bytes of a SHA-256
_SCALE, _STEPS = np.dtype("<f4"), 127

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Table:
    """Of a document the file of its vectors, and by unit their number, place and SHA-256 there."""

    document: Document
    path: Path
    dimension: int
    rows: dict[tuple[int, int], tuple[int, int, bytes]]


class TokenStore:
    """The token vectors of reports in a folder, as one encoder reads them; safe to share.

    ``model_hash`` is the encoder's. A folder that cannot be written to costs only the time, and
    so does a damaged file, which is deleted.
    """

    def __init__(self, folder: Path, model_hash: str) -> None:
        self._folder = folder
        self._model_hash = model_hash
        self._tables: dict[str, _Table] = {}

    def holds(self, document: Document) -> bool:
        """Whether the vectors of a report are kept."""
        return self._table(document) is not None

    def make(self, document: Document, encoder: ReadingEncoder) -> None:
        """Keep the vectors of a report's units, made by the encoder that the store is of."""
        texts = [reading(document, unit) for unit in document.units]
        vectors = encoder.text_tokens(texts)
        blocks = [packed(each) for each in vectors]
        rows, place = [], _HEAD.size + _DIGEST + len(blocks) * _ROW.itemsize
        for unit, tokens, block in zip(document.units, vectors, blocks, strict=True):
            digest = hashlib.sha256(block).digest()
            rows.append((unit.start, unit.end, len(tokens), place, digest))
            place += len(block)
        head = _HEAD.pack(len(rows), encoder.dimension) + np.array(rows, dtype=_ROW).tobytes()
        data = b"".join([hashlib.sha256(head).digest(), head, *blocks])
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
                    return [_block(file, table, unit) for unit in units]
            except (OSError, ValueError, KeyError) as error:
                self._tables.pop(document.document_id, None)
                _refuse(table.path, error)
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
                table = _Table(document, path, *_read_table(file))
        except (OSError, ValueError, struct.error) as error:
            _refuse(path, error)
            return None
        self._tables[document.document_id] = table
        return table

    def _key(self, document: Document) -> str:
        """The report's text, and whatever else decides its vectors, as hexadecimal digits."""
        read = [reading(document, unit) for unit in document.units]
        parts = [_FORMAT, self._model_hash, *read]
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
        return f"{document.sha256}.{digest}"


def keeping_tokens(library: Path, reader: ReadingEncoder | None = None) -> Prepare:
    """The ``prepare`` of ``Library.add``: has a report read once, for all later questions.

    Without a reader it is loaded when the first report is read.
    """
    store = TokenStore(made_folder(library), READER_HASH if reader is None else reader.model_hash)

    @cache
    def loaded() -> ReadingEncoder:
        return reader or load_reader()

    def prepare(document: Document) -> None:
        if not store.holds(document):
            store.make(document, loaded())

    return prepare


def open_or_build(path: Path | None = None, on_progress: OnProgress | None = None) -> Library:
    """The library in a folder; where there is none yet, a new one with the bundled report, read."""
    path = path or default_library_path()
    return Library.open_or_build(path, on_progress=on_progress, prepare=keeping_tokens(path))


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


def _read_table(file: BinaryIO) -> tuple[int, dict[tuple[int, int], tuple[int, int, bytes]]]:
    """The dimension, and the rows of a ``_Table``; raises ValueError or struct.error."""
    digest, head = file.read(_DIGEST), file.read(_HEAD.size)
    count, dimension = _HEAD.unpack(head)
    # A count that was changed must not ask for more than there is.
    data = file.read(min(count * _ROW.itemsize, os.fstat(file.fileno()).st_size))
    if hashlib.sha256(head + data).digest() != digest:
        raise ValueError("the table of its units was changed")
    rows = np.frombuffer(data, dtype=_ROW)
    return dimension, {
        (start, end): (tokens, place, sha256) for start, end, tokens, place, sha256 in rows.tolist()
    }


def _block(file: BinaryIO, table: _Table, unit: Unit) -> Vectors:
    tokens, place, digest = table.rows[unit.start, unit.end]
    file.seek(place)
    block = file.read(tokens * (_SCALE.itemsize + table.dimension))
    if hashlib.sha256(block).digest() != digest:
        raise ValueError(f"the vectors of {unit.start}-{unit.end} were changed")
    return unpacked(block, table.dimension)


def _refuse(path: Path, error: Exception) -> None:
    _log.warning("%s is not used, and deleted: %s", path, error)
    with suppress(OSError):
        path.unlink()
