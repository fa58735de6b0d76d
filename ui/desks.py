"""The desk of each visitor: over the library as it is now, and over reports of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import gradio as gr

from index.errors import LibraryError
from ui.desk import Desk
from ui.visitors import visitor_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from index.library import OnProgress
    from rag.generate import Writer
    from ui.own import OwnReports
    from ui.shelf import Shelf

_NOT_ALLOWED: Final = (
    "this chat lets nobody change its library; whoever started it may: peel chat --allow-changes"
)


class Desks:
    """Gives each visitor a desk, and carries out what they change; safe to share by threads.

    ``allow_changes`` lets them change the library, which all are answered from.
    """

    def __init__(
        self,
        shelf: Shelf,
        own: OwnReports,
        writer: Writer | None = None,
        *,
        allow_changes: bool = False,
    ) -> None:
        self.shelf = shelf
        self.own = own
        self.allow_changes = allow_changes
        self._writer = writer
        self._common = Desk(shelf.now, writer)

    def of(self, request: gr.Request | Request | None) -> Desk:
        """The desk of whoever made a request; Gradio gives it as its own or as it came."""
        self.shelf.follow()
        visitor = visitor_of(request.request if isinstance(request, gr.Request) else request)
        own, now = self.own.shelf(visitor), self.shelf.now
        if own is not None:
            return Desk(now, self._writer, own.now, visitor)
        return self.common

    @property
    def common(self) -> Desk:
        """The desk of those who have no reports of their own."""
        if self._common.library is not self.shelf.now:
            self._common = Desk(self.shelf.now, self._writer)
        return self._common

    def may_change(self, desk: Desk, document: str) -> bool:
        """Whether a report may be corrected and removed by the visitor at this desk."""
        return self.allow_changes or desk.holder(document) is not desk.library

    def add(
        self, visitor: str, file: Path, on_progress: OnProgress, *, to_all: bool
    ) -> tuple[str, bool]:
        """Add a report for a visitor alone or to the library; its id, and whether it is new.

        Raises LibraryError where that is not allowed, and as ``Shelf.add`` does.
        """
        if not to_all:
            return self.own.add(visitor, file, on_progress)
        if not self.allow_changes:
            raise LibraryError(_NOT_ALLOWED)
        return self.shelf.add(file, on_progress)

    def correct(self, desk: Desk, document: str, corrections: Mapping[str, str]) -> Desk:
        """Correct what is known of a report; the desk as it is then.

        Raises LibraryError where that is not allowed, and as ``Library.correct`` does.
        """
        self._shelf_of(desk, document).correct(document, corrections)
        return self._again(desk)

    def remove(self, desk: Desk, document: str) -> Desk:
        """Remove a report; the desk as it is then. Raises as ``correct`` does."""
        shelf = self._shelf_of(desk, document)
        if shelf is not self.shelf:
            self.own.remove(desk.visitor, document)
        elif len(shelf.now.documents) > 1:
            shelf.remove(document)
        else:
            raise LibraryError("the library's only report cannot be removed; add another first")
        return self._again(desk)

    def forget(self, desk: Desk) -> Desk:
        """Delete all that the visitor uploaded; the desk as it is then."""
        self.own.forget(desk.visitor)
        return self._again(desk)

    def _again(self, desk: Desk) -> Desk:
        own = self.own.shelf(desk.visitor)
        return Desk(self.shelf.now, self._writer, own.now if own else None, desk.visitor)

    def _shelf_of(self, desk: Desk, document: str) -> Shelf:
        own = self.own.shelf(desk.visitor)
        if own is not None and document in own.now.documents:
            return own
        if not self.allow_changes:
            raise LibraryError(_NOT_ALLOWED)
        return self.shelf
