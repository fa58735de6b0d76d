"""Blocks into the units that are quoted: sentences, bullets, date lines and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import sentencex

from index.types import Block, Span, Unit, UnitKind

LONG_BULLET_WORDS = 90
_JOINT = re.compile(r"(\s*[;,]\s*(and|or)?|\s+(and|or))$")


def split_units(text: str, blocks: Sequence[Block]) -> tuple[Unit, ...]:
    """The units of all blocks, in order; a bullet is one unit unless it is very long."""
    return tuple(
        unit for number, block in enumerate(blocks) for unit in _units(text, number, block)
    )


def sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences of ``text[start:end]`` without the white space around them."""
    # A line break inside a paragraph is a space to the splitter; the length stays.
    window = text[start:end].replace("\n", " ").replace("\r", " ")
    found = []
    for boundary in sentencex.get_sentence_boundaries("en", window):
        piece = window[boundary["start_index"] : boundary["end_index"]]
        left = boundary["start_index"] + len(piece) - len(piece.lstrip())
        right = left + len(piece.strip())
        if right > left:
            found.append(Span(start + left, start + right))
    return found


def _units(text: str, number: int, block: Block) -> Iterator[Unit]:
    kind: UnitKind
    spans = [Span(block.start, block.end)]
    if block.kind == "paragraph":
        kind, spans = "sentence", sentences(text, block.start, block.end)
    elif block.kind == "bullet":
        kind = "bullet"
        words = text[block.start : block.end]
        if len(words.split()) > LONG_BULLET_WORDS:
            spans = sentences(text, block.start, block.end)
        elif joint := _JOINT.search(words):
            # "; and" joins the bullets of a list and belongs to none of them.
            spans = [Span(block.start, block.start + joint.start())]
    else:
        kind = block.kind
    for span in spans:
        yield Unit(
            kind,
            span.start,
            span.end,
            number,
            block.section,
            block.list_id,
            block.lead_in,
            block.page,
        )
