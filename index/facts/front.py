"""Where a report says what it is: its first blocks, and its last."""

from __future__ import annotations

from index.types import Block, Document

_FIRST, _LAST, _CHARACTERS = 30, 40, 6000


def front(document: Document) -> tuple[Block, ...]:
    """The blocks that open a report, up to some 6,000 characters of it."""
    opening = document.blocks[0].start if document.blocks else 0
    return tuple(block for block in document.blocks[:_FIRST] if block.start - opening < _CHARACTERS)


def back(document: Document) -> tuple[Block, ...]:
    """The blocks that close it, where teams, addresses and rights stand; none of ``front``."""
    return document.blocks[max(len(front(document)), len(document.blocks) - _LAST) :]
