"""Reports of their own that visitors upload: each visitor's apart, in a place that does not last.

Nobody else is answered from them, and nothing of them is kept: they go when the visitor deletes
them, some time after they were last used, and with the server.
"""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.errors import LibraryError
from ui.place import Place
from ui.shelf import Shelf

if TYPE_CHECKING:
    from index.library import OnProgress
    from rag.pipeline import ReportQA

PREFIX: Final = "own--"
"""The ids of reports of one's own begin so, and those of a library never do."""

_LOOKED_AFTER_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What may be uploaded: bytes of a file, reports and bytes of a visitor, visitors at once.

    The reports of a visitor are deleted ``idle_seconds`` after they were last asked. With no
    ``visitors`` nobody can add any.
    """

    file_bytes: int = 50 * 2**20
    reports: int = 20
    visitor_bytes: int = 200 * 2**20
    visitors: int = 50
    idle_seconds: float = 2 * 3600.0


class _Own:
    """One visitor's reports, and when they were last used."""

    def __init__(self, shelf: Shelf, folder: Path) -> None:
        self.shelf = shelf
        self.folder = folder
        self.sizes: dict[str, int] = {}
        self.used = time.monotonic()
        self.busy = 0


class OwnReports:
    """Every visitor's own reports; safe to share by threads."""

    def __init__(self, qa: ReportQA, limits: UploadLimits | None = None) -> None:
        """``qa`` is the pipeline over the library, whose models and settings are shared."""
        self.limits = limits or UploadLimits()
        self.place = Place()
        self._qa = qa
        self._owned: dict[str, _Own] = {}
        self._lock = threading.Lock()
        self._looked_after = False
        self._closed = threading.Event()

    def shelf(self, visitor: str) -> Shelf | None:
        """The visitor's shelf, None where nothing stands on it."""
        with self._lock:
            own = self._owned.get(visitor)
            if own is None or not own.shelf.now.documents:
                return None
            own.used = time.monotonic()
            return own.shelf

    def add(
        self, visitor: str, file: Path, on_progress: OnProgress | None = None
    ) -> tuple[str, bool]:
        """Add a report for a visitor alone, and return its id and whether it is new.

        Raises LibraryError where the limits are reached, and as ``Shelf.add`` does.
        """
        size = file.stat().st_size
        own = self._begun(visitor, size)
        try:
            document, is_new = own.shelf.add(file, on_progress)
            if is_new:
                own.sizes[document] = size
            return document, is_new
        finally:
            with self._lock:
                own.busy -= 1
                own.used = time.monotonic()

    def remove(self, visitor: str, document: str) -> None:
        """Delete one of a visitor's reports, its text too; raises LibraryError for an unknown."""
        with self._lock:
            own = self._owned[visitor]
        own.shelf.remove(document, forget=True)
        own.sizes.pop(document, None)

    def forget(self, visitor: str) -> None:
        """Delete all that a visitor uploaded."""
        with self._lock:
            own = self._owned.pop(visitor, None)
        if own is not None:
            shutil.rmtree(own.folder, ignore_errors=True)

    def close(self) -> None:
        """Delete everything."""
        self._closed.set()
        for visitor in list(self._owned):
            self.forget(visitor)
        self.place.close()

    def _begun(self, visitor: str, size: int) -> _Own:
        limits = self.limits
        if not limits.visitors:
            raise LibraryError("this chat takes no reports of your own; ask those of its library")
        with self._lock:
            own = self._owned.get(visitor)
            if own is None:
                if len(self._owned) >= limits.visitors:
                    raise LibraryError(
                        "too many people have reports of their own here at this moment; "
                        "try again later"
                    )
                own = self._owned[visitor] = self._new()
            own.busy += 1
            own.used = time.monotonic()
            if len(own.sizes) >= limits.reports or sum(own.sizes.values()) + size > (
                limits.visitor_bytes
            ):
                own.busy -= 1
                raise LibraryError(
                    f"there is room for {limits.reports} reports of your own, of "
                    f"{limits.visitor_bytes // 2**20} MB together; remove one first"
                )
        return own

    def _new(self) -> _Own:
        from index.library import Library

        library = self._qa.library
        if not self._looked_after:
            self._looked_after = True
            threading.Thread(target=self._look_after, daemon=True).start()
        folder = self.place.folder()
        made = Library.create(folder, library.config, library.encoder)
        return _Own(Shelf(self._qa.over(made), PREFIX), folder)

    def _look_after(self) -> None:
        idle = self.limits.idle_seconds
        while not self._closed.wait(min(_LOOKED_AFTER_SECONDS, idle)):
            before = time.monotonic() - idle
            for visitor, own in list(self._owned.items()):
                if not own.busy and own.used < before:
                    self.forget(visitor)
