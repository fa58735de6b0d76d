"""Sentences that lean on the one before them: "This has helped", "However, they", "Both do"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.types import Document, Unit

_LEANS = re.compile(
    r"(?:however|nevertheless|nonetheless|concerningly|positively|in (?:addition|turn|particular)"
    r"|additionally|also|as (?:a result|such)|for (?:example|instance)|consequently|therefore|thus"
    r"|similarly|furthermore|moreover|otherwise|instead|overall|equally|where|when"
    r"|this|these|those|that|such|they|it|he|she|its|their|his|her|both|others|another|here|there"
    r"|together)\b",
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
