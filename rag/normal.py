"""Words compared as people read them, with the way back to where they stand."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from index.types import Span

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in one spelling: lower case, plain quotes and dashes, single spaces.

    Character ``i`` of ``text`` was made of the one at ``offsets[i]`` of the original;
    ``offsets`` has one more entry, the end of the original.
    """

    text: str
    offsets: tuple[int, ...]


@lru_cache(2000)
def normal(text: str) -> Normal:
    """The text in one spelling, with its map."""
    made: list[str] = []
    offsets: list[int] = []
    for place, character in enumerate(text):
        if character in _UNSEEN:
            continue
        plain = unicodedata.normalize("NFKC", character).translate(_ALIKE).casefold()
        for one in plain:
            if one.isspace():
                if not made or made[-1] == " ":
                    continue
                one = " "
            made.append(one)
            offsets.append(place)
    while made and made[-1] == " ":
        made.pop()
        offsets.pop()
    return Normal("".join(made), (*offsets, len(text)))


def find(words: str, text: str) -> Span | None:
    """Where words stand in a text as whole words, in any spelling; None where they do not.

    A full stop, comma or the like at the end of the words does not count.
    """
    wanted = normal(words).text.strip(" .,;:!?\"'")
    inside = normal(text)
    begin = inside.text.find(wanted) if wanted else -1
    while begin >= 0:
        end = begin + len(wanted)
        if not _joined(inside.text, begin) and not _joined(inside.text, end):
            last = inside.offsets[end - 1]
            return Span(inside.offsets[begin], last + 1)
        begin = inside.text.find(wanted, begin + 1)
    return None


def _joined(text: str, place: int) -> bool:
    """Whether a word runs over a place."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
