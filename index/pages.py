"""Pages of a library's PDF reports as images, each painted in a process of its own."""

from __future__ import annotations

import threading
from collections import OrderedDict

from index.errors import LibraryError, ReportError
from index.library import Library
from index.parse.apart import paint_apart
from index.parse.limits import ReaderLimits
from index.recover import original

_LIMITS = ReaderLimits(seconds=15, wait=60, output=1 << 24)
_WIDTH, _KEPT, _AT_ONCE = 1000, 32, 2


class PagePainter:
    """Paints pages and keeps the last ones; safe to share by threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._painting = threading.Semaphore(_AT_ONCE)

    def page(self, document_id: str, page: int) -> bytes:
        """A page of a report as PNG; the first is 1.

        Raises LibraryError for an unknown report, ReportError where it has no such page, as
        text and web pages have none, and where the page cannot be painted.
        """
        version = self._library.version
        if document_id not in version.reports:
            raise LibraryError(f"there is no report {document_id!r}")
        report = version.reports[document_id]
        count = len(report.document.layout.sizes)
        if not 1 <= page <= count:
            raise ReportError(f"{report.document.source} has {count} pages, so none is {page}")
        key = (version.manifest.files[report.record.file].sha256, page)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._painting:
            data = original(report.record, version.manifest, version.folder).data
            image = paint_apart(data, report.document.source, page, _WIDTH, _LIMITS)
        with self._lock:
            self._kept[key] = image
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return image
