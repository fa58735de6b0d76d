"""A library that is asked in the chat, and may be changed while it is asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from index.errors import LibraryError, ReportError
from index.findings import Finding, findings
from index.manifest import FileRecord
from index.pages import PagePainter
from index.publish import live_version
from rag.tokens import keeping_tokens

if TYPE_CHECKING:
    from index.library import AddResult, Library, OnProgress
    from index.types import Document
    from rag.pipeline import ReportQA

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Reports:
    """The reports of a library as they are asked: one version, which never changes."""

    def __init__(self, qa: ReportQA) -> None:
        self.qa = qa
        self.documents: Mapping[str, Document] = qa.library.documents
        self.painter = PagePainter(qa.library)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of every report."""
        return tuple(row for report in self.documents.values() for row in findings(report))


class Shelf:
    """The reports of one library, now and after each change; safe to share by threads.

    Who asks has the reports as they were before a change or as they are after it. ``prefix`` is
    what the ids of reports that are added begin with.
    """

    def __init__(self, qa: ReportQA, prefix: str = "") -> None:
        self._now = Reports(qa)
        self._prefix = prefix
        self._changing = threading.Lock()
        self._followed: Path | None = None  # a version that was or is being opened

    @property
    def now(self) -> Reports:
        """The reports as they are now."""
        return self._now

    def follow(self) -> None:
        """Begin to open what others have made of the library meanwhile; asked are the old ones."""
        library = self._now.qa.library
        try:
            live = live_version(library.path)
        except LibraryError:
            return
        if live and live.folder not in (library.version.folder, self._followed):
            self._followed = live.folder
            threading.Thread(target=self._open_anew, daemon=True).start()

    def add(self, file: Path, on_progress: OnProgress | None = None) -> tuple[str, bool]:
        """Add a report, and return its id and whether it is new.

        The same file is not added twice, whatever its name. Raises ReportError where it cannot be
        read, and LibraryError where the library is busy or cannot be written.
        """
        digest = FileRecord.of(file.read_bytes())

        def add(library: Library) -> tuple[str, bool]:
            files = library.version.manifest.files
            for record in library.records:
                if files[record.file] == digest:
                    return record.document_id, False
            prepare = keeping_tokens(library.path, self._now.qa.reading_encoder)
            result: AddResult = library.add([file], on_progress, None, prepare, self._prefix)
            if result.failed:
                raise ReportError(result.failed[0].reason)
            return result.added[0], True

        return self._change(add)

    def correct(self, document: str, corrections: Mapping[str, str]) -> None:
        """Correct what is known of a report; raises as ``Library.correct`` does."""
        self._change(lambda library: library.correct(document, corrections))

    def remove(self, document: str, *, forget: bool = False) -> None:
        """Remove a report; raises as ``Library.remove`` does."""
        self._change(lambda library: library.remove(document, forget=forget))

    def _open_anew(self) -> None:
        from index.library import Library

        with self._changing:
            before = self._now.qa
            try:
                library = Library.open(
                    before.library.path, before.library.config, before.library.encoder
                )
                if library.documents and library.version.folder != before.library.version.folder:
                    self._now = _opened(before.over(library))
            except LibraryError as error:
                logger.warning("the library was changed and cannot be opened: %s", error)

    def _change(self, work: Callable[[Library], T]) -> T:
        with self._changing:
            before = self._now.qa
            library = before.library.twin()
            result = work(library)
            if library.version is not before.library.version:
                self._now = _opened(before.over(library))
            return result


def _opened(qa: ReportQA) -> Reports:
    if qa.library.documents:
        qa.warm()
    return Reports(qa)
