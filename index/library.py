"""The reports a user has indexed: a folder with their texts, passages and vectors.

LIBRARY/CURRENT            the live version and the hash of its manifest
LIBRARY/lock               held by the one writer
LIBRARY/versions/NNNNNN/   manifest.json, vectors.faiss, nodes.jsonl,
                           documents/ID.json, sources/ID.SUFFIX (the report files)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs

from index.config import IndexConfig
from index.embed import Encoder, load_encoder
from index.enrich import Enricher
from index.errors import LibraryError, ReportError
from index.intake import (
    AddResult,
    Failure,
    Incoming,
    Intake,
    OnProgress,
    Progress,
    written_questions,
)
from index.manifest import DocumentRecord, Manifest
from index.publish import live_version, publish, read_live, writing
from index.recover import original, rebuildable
from index.reports import bundled_report
from index.sources import Report
from index.store import METRIC, FaissStore
from index.types import Document, Fact, Passage
from index.version import Version, faults, read_version, write_version
from index.weights import find_model

__all__ = ["AddResult", "Failure", "Library", "OnProgress", "Progress", "default_library_path"]


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
        return cls(path, config, _read(path, config, encoder), encoder)

    @classmethod
    def create(
        cls,
        path: Path | None = None,
        config: IndexConfig | None = None,
        encoder: Encoder | None = None,
        reports: Sequence[Path] = (),
        on_progress: OnProgress | None = None,
    ) -> Library:
        """A new library with the given reports, published at once and as a whole.

        Raises LibraryError where there is one already, and ReportError where a report cannot
        be read.
        """
        path, config = path or default_library_path(), config or IndexConfig.from_env()
        with writing(path):
            if live_version(path) is not None:
                raise LibraryError(
                    f"there is a library in {path} already; add to it: peel index add REPORT"
                )
            intake = Intake(config, on_progress=on_progress)
            intake.read(reports, path)
            if intake.result.failed:
                raise ReportError(intake.result.failed[0].reason)
            return cls._publish_new(path, config, encoder, intake)

    @classmethod
    def open_or_build(
        cls,
        path: Path | None = None,
        config: IndexConfig | None = None,
        encoder: Encoder | None = None,
        on_progress: OnProgress | None = None,
    ) -> Library:
        """The library in a folder; where there is none yet, a new one with the bundled report."""
        path = path or default_library_path()
        if live_version(path) is None:
            try:
                return cls.create(path, config, encoder, [bundled_report()], on_progress)
            except LibraryError:
                if live_version(path) is None:
                    raise  # otherwise another process has built it meanwhile
        return cls.open(path, config, encoder)

    @classmethod
    def rebuild(
        cls,
        path: Path | None = None,
        config: IndexConfig | None = None,
        encoder: Encoder | None = None,
        on_progress: OnProgress | None = None,
    ) -> Library:
        """The library built anew from its stored report files, with these settings and model.

        The way out of a mismatch or of damage. For a stored file that is damaged the one that
        it was copied from is read, if that is unchanged. Raises LibraryDamagedError where a
        report is lost, and ReportError where one cannot be read any more; the library is then
        as it was.
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
            return cls._publish_new(path, config, encoder, intake)

    @classmethod
    def _publish_new(
        cls, path: Path, config: IndexConfig, encoder: Encoder | None, intake: Intake
    ) -> Library:
        if config.metric != METRIC:
            raise LibraryError(f"metric {config.metric!r} is not supported; use {METRIC!r}")
        encoder = encoder or load_encoder(config)
        store = FaissStore(encoder.dimension)
        intake.embed(store, encoder)
        _publish(path, config, intake, store, encoder.model_hash, None)
        return cls.open(path, config, encoder)

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
    ) -> AddResult:
        """Add report files, and the report files in folders; a broken file fails alone.

        A file that was added from the same path is unchanged or replaced, any other gets an id
        of its own, even for the same text. ``enrich`` writes questions for each report, such
        as ``rag.enrich.QuestionWriter``; it is called before the library is locked, and what
        it wrote stays with the report until the report's file changes. Raises LibraryError
        where the library is busy or cannot be written, and what ``enrich`` raises; nothing is
        then added.
        """
        written = written_questions(paths, self.path, enrich) if enrich else {}
        with writing(self.path):
            base = _read(self.path, self.config, self._encoder)
            manifest = base.manifest
            intake = Intake(
                self.config,
                manifest.documents,
                manifest.files,
                on_progress,
                folder=base.folder,
                written=written,
            )
            intake.read(paths, self.path)
            if intake.reports:
                intake.embed(base.store, self.encoder)
                _publish(self.path, self.config, intake, base.store, manifest.model_hash, base)
            self.version = _read(self.path, self.config, self._encoder)
        return intake.result

    def remove(self, document_id: str) -> None:
        """Remove a document; raises LibraryError for an unknown id or where ``add`` would."""
        with writing(self.path):
            base = _read(self.path, self.config, self._encoder)
            manifest = base.manifest
            _known(base, document_id)
            intake = Intake(self.config, manifest.documents, manifest.files)
            del intake.records[document_id]
            base.store.delete(document_id)
            _publish(self.path, self.config, intake, base.store, manifest.model_hash, base)
            self.version = _read(self.path, self.config, self._encoder)

    def correct(self, document_id: str, corrections: Mapping[str, str]) -> tuple[Fact, ...]:
        """Correct what is known of a report, and return what is known then.

        Fields are those of ``index.facts.FIELDS``; an empty value takes away what was found.
        Kept when the library is rebuilt and when the report's file changes. Raises LibraryError
        for an unknown id and where the library is busy or cannot be written, ReportError for
        an unknown field or a date that is none.
        """
        with writing(self.path):
            base = _read(self.path, self.config, self._encoder)
            manifest = base.manifest
            intake = Intake(self.config, manifest.documents, manifest.files, folder=base.folder)
            intake.correct(_known(base, document_id), corrections)
            _publish(self.path, self.config, intake, base.store, manifest.model_hash, base)
            self.version = _read(self.path, self.config, self._encoder)
        return self.documents[document_id].facts

    def verify(self) -> tuple[str, ...]:
        """Every fault that is found on the disk, one line each; empty where all is sound.

        Checks settings, model, the hash of every file, every passage against its document at
        its offsets, and that each has its node and vector.
        """
        try:
            return tuple(faults(_read(self.path, self.config, self._encoder)))
        except LibraryError as error:
            return (str(error),)


def default_library_path() -> Path:
    """``PEEL_LIBRARY``, else a folder among the user's data."""
    named = os.environ.get("PEEL_LIBRARY")
    if named:
        return Path(os.path.expanduser(named))
    return platformdirs.user_data_path("peel-qa", appauthor=False) / "library"


def _read(path: Path, config: IndexConfig, encoder: Encoder | None) -> Version:
    def check(manifest: Manifest) -> None:
        manifest.check_config(config)
        if encoder is not None:
            manifest.check_model(encoder.model_hash, encoder.dimension)
        else:
            manifest.check_model(find_model(config)[1], manifest.dimension)

    return read_live(path, lambda live: read_version(live, check))


def _publish(
    path: Path,
    config: IndexConfig,
    intake: Intake,
    store: FaissStore,
    model_hash: str,
    base: Version | None,
) -> None:
    intake.tell("saving", 0, 1)
    records = tuple(intake.records.values())

    def fill(folder: Path) -> None:
        write_version(folder, records, intake.files, store, config, model_hash, base)

    publish(path, fill)
    intake.tell("saving", 1, 1)


def _known(version: Version, document_id: str) -> Report:
    if document_id not in version.reports:
        raise LibraryError(
            f"there is no report {document_id!r}; the reports are: "
            f"{', '.join(version.reports) or '(none)'}"
        )
    return version.reports[document_id]
