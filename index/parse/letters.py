"""Characters as they are written down: ligatures taken apart, odd spaces and signs mended."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LIGATURES = range(0xFB00, 0xFB07)
_HYPHENS = "\x02\u2010\u2011"  # pdfium gives a hyphen at a line's end as \x02
_INVISIBLE = frozenset(
    map(chr, (0, 0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, 0xFFFE))
)
_UNKNOWN = "\ufffd"


@lru_cache(maxsize=4096)
def mended(character: str) -> str:
    """What stands for a character in a document's text: it, another, several or nothing.

    Every kind of white space is a space, non-breaking hyphens are hyphens, and characters
    without a width, half surrogate pairs and control characters are left out.
    """
    if character in _HYPHENS:
        return "-"
    if ord(character) in _LIGATURES:
        return unicodedata.normalize("NFKC", character)
    if character.isspace():
        return " "
    if character in _INVISIBLE or character == _UNKNOWN:
        return ""
    return "" if unicodedata.category(character) in ("Cc", "Cs", "Cn") else character


def plain(text: str) -> str:
    """A text in mended characters, with single spaces and none at its ends."""
    return " ".join("".join(map(mended, text)).split())
