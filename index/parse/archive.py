"""Web archives (MHTML), as browsers save a page in a single file: the page that they hold."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

from index.errors import ReportError
from index.parse.flow import Flow
from index.parse.limits import ReaderLimits
from index.parse.web import read_html

_MOST_PARTS = 10_000


def read_mhtml(data: bytes, limits: ReaderLimits) -> Flow:
    """The elements of the page in a web archive; its pictures and styles are left.

    Raises ReportError where it holds no page.
    """
    page = _page(message_from_bytes(data))
    content = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(content, bytes):
        raise ReportError(
            "there is no web page in this web archive; open it and save it as a web page (.html) "
            "or PDF"
        )
    return read_html(content, limits, page.get_content_charset())


def _page(archive: Message) -> Message | None:
    """The part that the archive names as its start, else its first web page."""
    pages = [
        part
        for part, _ in zip(archive.walk(), range(_MOST_PARTS), strict=False)
        if part.get_content_type() in ("text/html", "application/xhtml+xml")
    ]
    start = archive.get_param("start")
    named = (part for part in pages if start and part.get("Content-ID") == start)
    return next(named, pages[0] if pages else None)
