"""Reports on their way into a library: which are new, which replace another, which fail."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from llama_index.core.schema import MetadataMode

from index.bundled import is_bundled
from index.chunk import to_node
from index.config import IndexConfig
from index.corrections import (
    CORRECTED_SUFFIX,
    corrections_bytes,
    read_corrections,
    with_corrections,
)
from index.embed import Encoder
from index.enrich import ENRICHED_SUFFIX, Enricher, written_bytes
from index.errors import ReportError
from index.manifest import DocumentRecord, FileRecord
from index.parse import read_report
from index.report_file import ReportFile, read_file
from index.sources import (
    Report,
    content_bytes,
    is_original,
    new_id,
    parse_file,
    report_files,
    stored_bytes,
)
from index.store import FaissStore
from index.types import Document


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come: ``done`` of ``total`` files, or passages when embedding.

    A file is read when it is parsed, embedded and whatever else ``Library.add`` was given to do.
    """

    stage: Literal["reading", "embedding", "saving"]
    done: int
    total: int


OnProgress = Callable[[Progress], None]
Prepare = Callable[[Document], None]
"""Does for a report what takes long, before it is published, and keeps what comes of it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that was not added, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class AddResult:
    """What became of the files: the ids of their documents, and the files that failed."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()

    def and_then(self, other: AddResult) -> AddResult:
        """What became of these files and of others."""
        return AddResult(
            self.added + other.added,
            self.replaced + other.replaced,
            self.unchanged + other.unchanged,
            self.failed + other.failed,
        )


def files_of(paths: Sequence[Path], library: Path) -> tuple[tuple[Path, ...], AddResult]:
    """The report files named and in the folders named, each once; and what is none, as failed.

    ``library`` is the folder that is passed over where it lies within one of them.
    """
    files: dict[Path, None] = {}
    failed: list[Failure] = []
    for path in paths:
        try:
            files.update(dict.fromkeys(report_files(path, library)))
        except ReportError as error:
            failed.append(Failure(path, str(error)))
    return tuple(files), AddResult(failed=tuple(failed))


def written_questions(files: Sequence[Path], enrich: Enricher) -> dict[Path, bytes]:
    """What is written for each of the report files, as the content of its enrichment file.

    Files that cannot be read are passed over: ``Intake.read`` says why. Raises what ``enrich``
    raises.
    """
    written: dict[Path, bytes] = {}
    for file in files:
        try:
            document = read_report(file)
        except ReportError:
            continue
        questions = enrich(document)
        if questions.answered or questions.unanswered:
            written[file] = written_bytes(questions, document.text)
    return written


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in: the id that it gets, and when it was first added, if it was."""

    file: ReportFile
    document_id: str
    added: str | None = None


class Intake:
    """Collects the next version of a library.

    ``records`` are all its documents, ``reports`` those that are new or were changed and
    ``files`` the content of the files that are new. ``written`` holds the enrichment files of
    reports by their paths, see ``written_questions``; that of a report which is there already,
    in the live version's ``folder``, is kept while the report is the same.
    """

    def __init__(
        self,
        config: IndexConfig,
        records: Iterable[DocumentRecord] = (),
        hashes: Mapping[str, FileRecord] | None = None,
        on_progress: OnProgress | None = None,
        *,
        folder: Path | None = None,
        written: Mapping[Path, bytes] | None = None,
        prefix: str = "",
    ) -> None:
        self.records = {record.document_id: record for record in records}
        self.reports: list[Report] = []
        self.files: dict[str, bytes] = {}
        self.result = AddResult()
        self._config = config
        self._hashes = hashes or {}
        self._on_progress = on_progress
        self._folder = folder
        self._written = written or {}
        self._prefix = prefix

    def read(self, files: Sequence[Path]) -> None:
        """Take the files; a broken one fails alone."""
        incoming: list[Incoming] = []
        for path in files:
            taken = {*self.records, *(one.document_id for one in incoming)}
            try:
                incoming += self._incoming(path, taken)
            except ReportError as error:
                self._fail(path, error)
        for new, report in self._parsed(incoming):
            if isinstance(report, ReportError):
                self._fail(new.file.path, report)
            else:
                self._keep(new, report)

    def take(self, incoming: Sequence[Incoming]) -> None:
        """Parse files and keep them under their ids; raises the first ReportError."""
        for new, report in self._parsed(incoming):
            if isinstance(report, ReportError):
                raise report
            self._keep(new, report)

    def embed(
        self,
        store: FaissStore,
        encoder: Encoder,
        prepare: Prepare | None = None,
        place: tuple[int, int] | None = None,
    ) -> None:
        """Put the passages of the reports into the store, in place of their documents' old ones.

        ``prepare`` is called with each document. ``place`` says how many files of how many are
        done before.
        """
        before, total = place or (0, len(self.reports))

        def tell(done: int, passages: int) -> None:
            if total == 1:
                self.tell("embedding", done, passages)

        for number, report in enumerate(self.reports, start=1):
            nodes = [to_node(passage, report.document) for passage in report.passages]
            texts = [node.get_content(MetadataMode.EMBED) for node in nodes]
            for node, vector in zip(nodes, encoder.encode(texts, tell), strict=True):
                node.embedding = vector.tolist()
            store.delete(report.record.document_id)
            store.add(nodes)
            if prepare is not None:
                prepare(report.document)
            self.tell("reading", before + number, total)

    def correct(self, report: Report, corrections: Mapping[str, str]) -> None:
        """Keep a report with corrections, which add to those before; raises ReportError."""
        before = self._corrections(report.record)
        known = {
            name: value
            for data in before.values()
            for name, value in read_corrections(data, CORRECTED_SUFFIX).items()
        }
        every = {**known, **corrections}
        record = report.record
        name = f"sources/{record.document_id}{CORRECTED_SUFFIX}"
        if not before:
            record = replace(record, companions=(*record.companions, name))
        document = with_corrections(report.document, every)
        report = replace(report, record=record, document=document)
        self.reports.append(report)
        self.records[record.document_id] = record
        self.files[record.content] = content_bytes(report)
        self.files[name] = corrections_bytes(every)

    def tell(self, stage: Literal["reading", "embedding", "saving"], done: int, total: int) -> None:
        """Report progress to who asked for it."""
        if self._on_progress is not None:
            self._on_progress(Progress(stage, done, total))

    def _incoming(self, path: Path, taken: Collection[str]) -> list[Incoming]:
        """The file with the id that it gets; nothing where it is there already and unchanged."""
        file, result = read_file(path), self.result
        known = next((one for one in self.records.values() if _is_same(one, path)), None)
        written = self._written.get(path) or self._kept(file, known)
        if written is not None:
            file = file.beside({ENRICHED_SUFFIX: written})
        if known is not None and CORRECTED_SUFFIX not in file.companions:
            file = file.beside(self._corrections(known))
        if known is None:
            return [Incoming(file, new_id(path, taken, self._prefix))]
        if is_original(file, known, self._hashes):
            self.result = replace(result, unchanged=(*result.unchanged, known.document_id))
            return []
        return [Incoming(file, known.document_id)]

    def _parsed(
        self, incoming: Sequence[Incoming]
    ) -> Iterator[tuple[Incoming, Report | ReportError]]:
        """Each file's report, or why it has none, in order; as many at once as there are cores.

        The readers are processes, see ``index.parse.apart``, so that threads are enough here.
        """
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            futures = [pool.submit(_report, new, self._config) for new in incoming]
            try:
                for new, future in zip(incoming, futures, strict=True):
                    yield new, future.result()
            finally:
                for future in futures:
                    future.cancel()

    def _keep(self, new: Incoming, report: Report) -> None:
        name, result = new.document_id, self.result
        if name in self.records:
            self.result = replace(result, replaced=(*result.replaced, name))
        else:
            self.result = replace(result, added=(*result.added, name))
        self.reports.append(report)
        self.records[name] = report.record
        self.files.update(stored_bytes(report, new.file))

    def _kept(self, file: ReportFile, known: DocumentRecord | None) -> bytes | None:
        """The enrichment file that the library has of a report, if the report is the same still."""
        if known is None or self._folder is None or ENRICHED_SUFFIX in file.companions:
            return None
        kept = next((name for name in known.companions if name.endswith(ENRICHED_SUFFIX)), None)
        same = self._hashes.get(known.file) == FileRecord.of(file.data)
        return (self._folder / kept).read_bytes() if kept and same else None

    def _corrections(self, record: DocumentRecord) -> dict[str, bytes]:
        """The corrections that the library keeps of a report; they outlive a change of its file."""
        kept = next((name for name in record.companions if name.endswith(CORRECTED_SUFFIX)), None)
        if kept is None or self._folder is None:
            return {}
        return {CORRECTED_SUFFIX: (self._folder / kept).read_bytes()}

    def _fail(self, path: Path, error: ReportError) -> None:
        failure = Failure(path, str(error))
        self.result = replace(self.result, failed=(*self.result.failed, failure))


def _is_same(record: DocumentRecord, path: Path) -> bool:
    """Whether a report is of this file; the bundled one is the same in every release."""
    return record.path == str(path) or (is_bundled(path) and is_bundled(Path(record.path)))


def _report(new: Incoming, config: IndexConfig) -> Report | ReportError:
    try:
        return parse_file(new.file, new.document_id, config, new.added)
    except ReportError as error:
        return error
