"""The reports a user has indexed: a folder with their texts, passages and vectors.

LIBRARY/CURRENT            the live version and the hash of its manifest
LIBRARY/lock               held by the one writer
LIBRARY/versions/NNNNNN/   manifest.json, vectors.faiss, nodes.jsonl,
                           documents/ID.json, sources/ID.SUFFIX (the report files)
LIBRARY/past/              texts that reports had before, see ``index.past``
LIBRARY/cache/             what can be made anew
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import platformdirs

from index import kept
from index.bundled import holds_other_bundled
from index.config import IndexConfig
from index.embed import Encoder, load_encoder
from index.enrich import Enricher
from index.errors import LibraryDamagedError, LibraryError, ReportError
from index.intake import (
    AddResult,
    Failure,
    Incoming,
    Intake,
    OnProgress,
    Prepare,
    Progress,
    files_of,
    written_questions,
)
from index.kept import made_folder
from index.live import publish_version, read_as, read_current
from index.manifest import REBUILD, DocumentRecord, FileRecord
from index.past import forget_past, has_past, keep_past, past_document, past_folder
from index.publish import Live, drop_earlier, live_version, read_live, writing
from index.recover import original, rebuildable
from index.reports import bundled_report
from index.sources import Report
from index.store import METRIC, FaissStore
from index.types import Document, Fact, Passage
from index.version import Version, check_files, faults

__all__ = ["AddResult", "Failure", "Library", "OnProgress", "Progress", "default_library_path"]

# So many files are read before the library is saved; a stop costs no more than these.
_PUBLISHED_TOGETHER = 16

_log = logging.getLogger(__name__)


class Library:
    """An open library; safe to share by threads.

    It serves one version until ``add`` or ``remove`` is called on this object; ``version`` is
    that version as a whole, for who reads several of its parts.
    """

    def __init__(
        self, path: Path, config: IndexConfig, version: Version, encoder: Encoder | None
    ) -> None:
        self.path = path
        self.config = config
        self.version = version
        self._encoder = encoder
        self._encoder_lock = threading.Lock()

    @classmethod
    def open(
        cls,
        path: Path | None = None,
        config: IndexConfig | None = None,
        encoder: Encoder | None = None,
    ) -> Library:
        """The library in a folder, every file of it verified.

        Without an encoder the model's files are checked now and the model is loaded on first
        use. Raises LibraryError where there is none, LibraryDamagedError, and
        LibraryMismatchError where it was built with another model or configuration.
        """
        path, config = path or default_library_path(), config or IndexConfig.from_env()
        return cls(path, config, read_current(path, config, encoder), encoder)

    @classmethod
    def create(
        cls,
        path: Path | None = None,
        config: IndexConfig | None = None,
        encoder: Encoder | None = None,
        reports: Sequence[Path] = (),
        on_progress: OnProgress | None = None,
        prepare: Prepare | None = None,
    ) -> Library:
        """A new library with the given reports, published at once and as a whole.

        ``prepare`` is what ``add`` takes. Raises LibraryError where there is one already, and
        ReportError where a report cannot be read.
        """
        path, config = path or default_library_path(), config or IndexConfig.from_env()
        with writing(path):
            if live_version(path) is not None:
                raise LibraryError(
                    f"there is a library in {path} already; add to it: peel index add REPORT"
                )
            files, result = files_of(reports, path)
            intake = Intake(config, on_progress=on_progress)
            intake.read(files)
            if failed := (*result.failed, *intake.result.failed):
                raise ReportError(failed[0].reason)
            return cls._publish_new(path, config, encoder, intake, prepare)

    @classmethod
    def open_or_build(
        cls,
        path: Path | None = None,
        config: IndexConfig | None = None,
        encoder: Encoder | None = None,
        on_progress: OnProgress | None = None,
        prepare: Prepare | None = None,
    ) -> Library:
        """The library in a folder; where there is none yet, a new one with the bundled report.

        A bundled report that another release put there is read anew, questions written for it
        included; where the library is busy or cannot be written it stays as it is, with a
        warning in the log. ``prepare`` is what ``add`` takes.
        """
        path = path or default_library_path()
        if live_version(path) is None:
            try:
                return cls.create(path, config, encoder, [bundled_report()], on_progress, prepare)
            except LibraryError:
                if live_version(path) is None:
                    raise  # otherwise another process has built it meanwhile
        library = cls.open(path, config, encoder)
        library._refresh(on_progress, prepare)
        return library

    @classmethod
    def rebuild(
        cls,
        path: Path | None = None,
        config: IndexConfig | None = None,
        encoder: Encoder | None = None,
        on_progress: OnProgress | None = None,
        prepare: Prepare | None = None,
    ) -> Library:
        """The library built anew from its stored report files, with these settings and model.

        ``prepare`` is what ``add`` takes. The way out of a mismatch or of damage. For a stored
        file that is damaged the one that it was copied from is read, if that is unchanged. Raises
        LibraryDamagedError where a report is lost, and ReportError where one cannot be read any
        more; the library is then as it was.
        """
        path, config = path or default_library_path(), config or IndexConfig.from_env()
        with writing(path):
            folder, manifest = rebuildable(path)
            intake = Intake(config, on_progress=on_progress)
            intake.take(
                [
                    Incoming(original(record, manifest, folder), record.document_id, record.added)
                    for record in manifest.documents
                ]
            )
            keep_past(path, folder, manifest, tuple(intake.records.values()))
            return cls._publish_new(path, config, encoder, intake, prepare)

    @classmethod
    def _publish_new(
        cls,
        path: Path,
        config: IndexConfig,
        encoder: Encoder | None,
        intake: Intake,
        prepare: Prepare | None,
    ) -> Library:
        if config.metric != METRIC:
            raise LibraryError(f"metric {config.metric!r} is not supported; use {METRIC!r}")
        encoder = encoder or load_encoder(config)
        store = FaissStore(encoder.dimension)
        intake.embed(store, encoder, prepare)
        publish_version(path, config, intake, store, encoder.model_hash, None)
        return cls.open(path, config, encoder)

    def twin(self) -> Library:
        """An object of its own over the same version: what is changed by one stays so for it."""
        return Library(self.path, self.config, self.version, self._encoder)

    @property
    def encoder(self) -> Encoder:
        """The library's embedding model, loaded on first use."""
        with self._encoder_lock:
            if self._encoder is None:
                encoder = load_encoder(self.config)
                self.version.manifest.check_model(encoder.model_hash, encoder.dimension)
                self._encoder = encoder
            return self._encoder

    @property
    def store(self) -> FaissStore:
        """The vectors and nodes; read only, for changes are lost with the object."""
        return self.version.store

    @property
    def fingerprint(self) -> str:
        """SHA-256 over settings, model and reports: where it is equal, so are the answers."""
        return self.version.manifest.content_fingerprint()

    @property
    def documents(self) -> dict[str, Document]:
        """The documents by id, in the order in which they were added."""
        return {name: report.document for name, report in self.version.reports.items()}

    @property
    def records(self) -> tuple[DocumentRecord, ...]:
        """What is known of each document: its file, when it was added, its number of passages."""
        return self.version.manifest.documents

    def passages(self, document_id: str | None = None) -> tuple[Passage, ...]:
        """The passages of a document, or of all; raises LibraryError for an unknown id."""
        if document_id is None:
            reports = self.version.reports.values()
            return tuple(passage for report in reports for passage in report.passages)
        return _known(self.version, document_id).passages

    def add(
        self,
        paths: Sequence[Path],
        on_progress: OnProgress | None = None,
        enrich: Enricher | None = None,
        prepare: Prepare | None = None,
        prefix: str = "",
    ) -> AddResult:
        """Add report files, and the report files in folders; a broken file fails alone.

        A file that was added from the same path is unchanged or replaced, any other gets an id
        of its own, even for the same text. Every few files the library is published anew: what
        is stopped after that goes on there when it is called again. ``enrich`` writes questions
        for each report, such as ``rag.enrich.QuestionWriter``; it is called before the library
        is locked, and what it wrote stays with the report until the report's file changes.
        ``prepare`` is called for each document, unchanged ones too: ``rag.tokens.keeping_tokens``.
        The ids of new reports begin with ``prefix``: no id of another library does with one that
        ends in two hyphens. Raises LibraryError where the library is busy or cannot be written,
        and what ``enrich`` raises, before anything is added, and ``prepare``.
        """
        files, result = files_of(paths, self.path)
        written = written_questions(files, enrich) if enrich else {}
        with writing(self.path):
            return result.and_then(self._add(files, on_progress, written, prepare, prefix))

    def _add(
        self,
        files: Sequence[Path],
        on_progress: OnProgress | None,
        written: Mapping[Path, bytes],
        prepare: Prepare | None,
        prefix: str = "",
    ) -> AddResult:
        """What ``add`` does, for the holder of the lock."""
        result = AddResult()
        for begun in range(0, len(files), _PUBLISHED_TOGETHER):
            base, few = self._live(), files[begun : begun + _PUBLISHED_TOGETHER]
            intake = self._intake(base, on_progress, written, prefix)
            intake.read(few)
            if prepare is not None:
                for name in intake.result.unchanged:
                    prepare(base.reports[name].document)
            if intake.reports:
                store = base.store.twin()
                done = begun + len(few) - len(intake.reports)
                intake.embed(store, self.encoder, prepare, (done, len(files)))
                self._publish_next(base, intake, store)
            intake.tell("reading", begun + len(few), len(files))
            result = result.and_then(intake.result)
        self.version = self._live()
        return result

    def _refresh(self, on_progress: OnProgress | None, prepare: Prepare | None) -> None:
        """Read the bundled report anew where another release put it there, if that can be."""
        try:
            if not holds_other_bundled(self.version.manifest):
                return
            with writing(self.path):
                if holds_other_bundled(self._live().manifest):  # nobody else saw to it meanwhile
                    done = self._add([bundled_report()], on_progress, {}, prepare)
                    for failure in done.failed:
                        raise ReportError(failure.reason)
        except (LibraryError, ReportError) as error:
            _log.warning("the bundled report stays as another release left it: %s", error)

    def remove(self, document_id: str, *, forget: bool = False) -> None:
        """Remove a document; raises LibraryError for an unknown id or where ``add`` would.

        Its text is kept for ``documents_as``, and so are those that it had before; ``forget``
        deletes them, also of a document that is removed already.
        """
        with writing(self.path):
            base = self._live()
            if not (
                forget and document_id not in base.reports and has_past(self.path, document_id)
            ):
                _known(base, document_id)
                intake, store = self._intake(base), base.store.twin()
                del intake.records[document_id]
                store.delete(document_id)
                self._publish_next(base, intake, store)
            if forget:
                forget_past(self.path, document_id)
                drop_earlier(self.path)

    def correct(self, document_id: str, corrections: Mapping[str, str]) -> tuple[Fact, ...]:
        """Correct what is known of a report, and return what is known then.

        Fields are those of ``index.facts.FIELDS``; an empty value takes away what was found.
        Kept when the library is rebuilt and when the report's file changes. Raises LibraryError
        for an unknown id and where the library is busy or cannot be written, ReportError for
        an unknown field or a date that is none.
        """
        with writing(self.path):
            base = self._live()
            intake = self._intake(base)
            intake.correct(_known(base, document_id), corrections)
            self._publish_next(base, intake, base.store)
        return self.documents[document_id].facts

    def documents_as(self, texts: Mapping[str, str]) -> dict[str, Document]:
        """The documents by id as they were when their text had these SHA-256.

        That of the library where it has the text, else one that was replaced or removed; where
        neither has it, that of the library, if there is one.
        """
        found: dict[str, Document] = {}
        for name, digest in texts.items():
            document = self.documents.get(name)
            if document is None or document.sha256 != digest:
                document = past_document(self.path, digest) or document
            if document is not None:
                found[name] = document
        return found

    def original(self, document_id: str) -> tuple[str, bytes]:
        """The name of a report's file, and its bytes as they were added.

        Raises LibraryError for an unknown id, LibraryDamagedError where they are lost.
        """
        record = _known(self.version, document_id).record
        # The folder of this version goes when two newer ones are published; they share its files.
        live = live_version(self.path)
        for folder in (self.version.folder, *([live.folder] if live else [])):
            with suppress(OSError):
                data = (folder / record.file).read_bytes()
                if FileRecord.of(data) == self.version.manifest.files[record.file]:
                    return Path(record.path).name, data
        raise LibraryDamagedError(f"the stored file of report {document_id!r} is lost; {REBUILD}")

    def _live(self) -> Version:
        """The live version, for the holder of the lock, its files compared with their hashes.

        It is parsed only where another process wrote it.
        """
        mine = Live(self.version.folder, self.version.fingerprint)

        def read(live: Live) -> Version:
            if live != mine:
                return read_as(live, self.config, self._encoder)
            check_files(live)
            return self.version

        return read_live(self.path, read)

    def _intake(
        self,
        base: Version,
        on_progress: OnProgress | None = None,
        written: Mapping[Path, bytes] | None = None,
        prefix: str = "",
    ) -> Intake:
        return Intake(
            self.config,
            base.manifest.documents,
            base.manifest.files,
            on_progress,
            folder=base.folder,
            written=written,
            prefix=prefix,
        )

    def _publish_next(self, base: Version, intake: Intake, store: FaissStore) -> None:
        keep_past(self.path, base.folder, base.manifest, tuple(intake.records.values()))
        self.version = publish_version(
            self.path, self.config, intake, store, base.manifest.model_hash, base
        )

    def verify(self) -> tuple[str, ...]:
        """Every fault that is found on the disk, one line each; empty where all is sound.

        Checks settings, model, the hash of every file, every passage against its document at
        its offsets, that each has its node and vector, and what is kept beside the versions.
        """
        beside = (past_folder(self.path), made_folder(self.path))
        try:
            found = faults(read_current(self.path, self.config, self._encoder))
            return (*found, *(fault for folder in beside for fault in kept.faults(folder)))
        except LibraryError as error:
            return (str(error),)


def default_library_path() -> Path:
    """``PEEL_LIBRARY``, else a folder among the user's data."""
    named = os.environ.get("PEEL_LIBRARY")
    if named:
        return Path(os.path.expanduser(named))
    return platformdirs.user_data_path("peel-qa", appauthor=False) / "library"


def _known(version: Version, document_id: str) -> Report:
    if document_id not in version.reports:
        raise LibraryError(
            f"there is no report {document_id!r}; the reports are: "
            f"{', '.join(version.reports) or '(none)'}"
        )
    return version.reports[document_id]
