"""Links to where a report comes from; its metadata is a stranger's text (pure)."""

from __future__ import annotations

from urllib.parse import urlsplit

from rag.show import escape


def link(text: str, address: str | None) -> str:
    """The text, as a link where the address is one of the web."""
    if not address or not _is_web(address):
        return escape(text)
    return (
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(text)}'
        '<span class="unseen"> (opens in a new tab)</span></a>'
    )


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
