"""Blocks into the units that are quoted: sentences, bullets, date lines and headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sentencex

from index.types import Block, Span, Unit, UnitKind

LONG_BULLET_SENTENCES = 3
# A line break inside a paragraph is a space to the splitter; the length stays.
_SPACES = str.maketrans(dict.fromkeys("\n\r\v\f\t\x1c\x1d\x1e\x1f\x85\u2028\u2029", " "))


def split_units(text: str, blocks: Sequence[Block]) -> tuple[Unit, ...]:
    """The units of all blocks, in order; a bullet is one unit unless it has many sentences."""
    return tuple(
        unit for number, block in enumerate(blocks) for unit in _units(text, number, block)
    )


def sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences of ``text[start:end]`` without the white space around them.

    There is at least one where the range has anything but white space.
    """
    window = text[start:end].translate(_SPACES)
    found = []
    for boundary in sentencex.get_sentence_boundaries("en", window):
        piece = window[boundary["start_index"] : boundary["end_index"]]
        left = boundary["start_index"] + len(piece) - len(piece.lstrip())
        right = left + len(piece.strip())
        if right > left:
            found.append(Span(start + left, start + right))
    return found


def _units(text: str, number: int, block: Block) -> Iterator[Unit]:
    kind: UnitKind = "sentence" if block.kind == "paragraph" else block.kind
    span = Span(block.start, block.end)
    if kind == "bullet":
        span = _without_joint(text, span)
    spans = [span]
    if kind in ("sentence", "bullet"):
        split = sentences(text, span.start, span.end)
        if kind == "sentence" or len(split) >= LONG_BULLET_SENTENCES:
            spans = split
    page, counted = block.page, block.start
    for span in spans:
        if page is not None:
            page += text.count("\f", counted, span.start)
            counted = span.start
        yield Unit(
            kind, span.start, span.end, number, block.section, block.list_id, block.lead_in, page
        )


def _without_joint(text: str, span: Span) -> Span:
    """A bullet without "; and", which joins the bullets of a list and belongs to none of them."""
    words = text[span.start : span.end]
    for joint in ("and", "or"):
        before = words.removesuffix(joint)
        if before != words and before[-1:] in (";", ",", *" \t\n\r"):
            words = before.rstrip()
            break
    kept = words.rstrip(";,").rstrip()
    return Span(span.start, span.start + len(kept)) if kept else span
