"""Lines that date a report or its inspection: evidence for when that was, and for nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.read import Evidence

# What the line can be asked for: the report, its inspection, one before or after, a date at all.
_ASKS = re.compile(
    r"\b(?:inspect|visit|publish|report|updat|assess|review|judg|rate[ds]?\b|grade|fieldwork"
    r"|ofsted|cqc|hmi|estyn|releas|issued?\b|written|evidence|recent|current|latest|last\b"
    r"|previous|old\b|dates?\b)",
    re.IGNORECASE,
)


def without_dates(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence, less the lines that only date the report where something else is asked."""
    if _ASKS.search(question):
        return list(evidence)
    return [item for item in evidence if item.document.blocks[item.unit.block].kind != "date"]
