"""Sentences that lean on the one before them: "This has helped", "However, they", "Both do"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from index.types import Document, Unit
from rag.types import Quote

_LEANS = re.compile(
    r"(?:however|nevertheless|nonetheless|concerningly|positively|in (?:addition|turn|particular)"
    r"|additionally|also|as (?:a result|such)|for (?:example|instance)|consequently|therefore|thus"
    r"|similarly|furthermore|moreover|otherwise|instead|overall|equally|where|when"
    r"|this|these|those|that|such|they|it|he|she|its|their|his|her|both|others|another|here|there"
    r"|together)\b",
    re.IGNORECASE,
)

# Those that say nothing alone: "This has improved", "However, they do not", "Most of these are".
_POINTS = re.compile(
    r"(?:(?:however|nevertheless|nonetheless|in addition|additionally|in turn|as a result"
    r"|consequently|therefore|similarly|furthermore|moreover|also|although|while"
    r"|for (?:example|instance)),? )?"
    r"(?:(?:all|both|each|few|many|most|none|some) of )?"
    r"(?:this|these|those|such|they|their|them|both|others|he|she|his|her)\b",
    re.IGNORECASE,
)


def leans(text: str) -> bool:
    """Whether a sentence begins with a word that points back, or that joins it to another."""
    return _LEANS.match(text) is not None


def leaned_on(units: Sequence[tuple[Document, Unit]]) -> list[int | None]:
    """For each unit the place of the sentence right before it, where it leans on that.

    Both stand in one paragraph; the units are in report order.
    """
    places: list[int | None] = []
    for place, (document, unit) in enumerate(units):
        before = units[place - 1] if place else None
        joined = before is not None and before[0] is document and before[1].block == unit.block
        places.append(place - 1 if joined and leans(document.quote(unit)) else None)
    return places


def antecedent(document: Document, unit: Unit) -> Quote | None:
    """The sentence before one that points back to it, in its paragraph; None for all others."""
    place = bisect_left(document.units, unit.start, key=lambda other: other.start)
    before = document.units[place - 1] if place else None
    if before is None or before.block != unit.block or unit.kind != "sentence":
        return None
    if not _POINTS.match(document.quote(unit)):
        return None
    return Quote(before.start, before.end, document.quote(before))
