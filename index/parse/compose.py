"""The elements that a reader found into a ``Document`` with its map to the pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.layout import Box, Layout, PlacedText
from index.parse.flow import Element, Flow, Stretch
from index.parse.lines import Line
from index.parse.marks import Marker
from index.parse.outline import Draft
from index.parse.structure import blocks_of, sections_of
from index.parse.units import split_units
from index.types import Document, Span, Unit

_INDENT = 4


def compose(
    flow: Flow,
    *,
    document_id: str,
    source: str,
    title: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Document:
    """The document of these elements.

    Its text is made here: a block a line, headings and paragraphs apart by a blank line, lists
    and tables without. The title is ``title``, else the level-1 heading, else what the file
    says it is called, else ``document_id``.
    """
    known = " ".join(title.split()) if title else None
    name = known or _own_title(flow.elements) or flow.title or document_id
    text, drafts, placed = _written(flow.elements)
    units = split_units(text, blocks := blocks_of(text, drafts))
    layout = Layout.of(_cut(placed, units), flow.sizes)
    begun = Layout.of(_cut([(at, each) for at, each in placed if not each.repeated], units))
    sections = tuple(
        replace(section, page=begun.page_at(section.start))
        for section in sections_of(text, name, drafts)
    )
    return Document(
        document_id=document_id,
        title=name,
        source=source,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        sections=sections,
        blocks=tuple(replace(block, page=begun.page_at(block.start)) for block in blocks),
        units=tuple(replace(unit, page=begun.page_at(unit.start)) for unit in units),
        pages=_pages(layout, len(text)),
        metadata=metadata or {},
        layout=layout,
    )


def _own_title(elements: Sequence[Element]) -> str | None:
    return next((e.text for e in elements if e.kind == "heading" and e.level == 1), None)


def _written(elements: Sequence[Element]) -> tuple[str, list[Draft], list[tuple[int, Stretch]]]:
    """The text, the block of each element, and where each stretch begins in the text."""
    parts: list[str] = []
    drafts: list[Draft] = []
    placed: list[tuple[int, Stretch]] = []
    length = 0
    before: Element | None = None

    def write(words: str) -> None:
        nonlocal length
        parts.append(words)
        length += len(words)

    for element in elements:
        if before is not None:
            write(_between(before, element))
        if element.marker:
            write(f"{'  ' * element.level if element.kind == 'bullet' else ''}{element.marker} ")
        start = length
        for place, stretch in enumerate(element.stretches):
            write(stretch.glue if place else "")
            placed.append((length, stretch))
            write(stretch.text)
        drafts.append(_draft(element, start, length))
        before = element
    write("\n")
    return "".join(parts), drafts, placed


def _between(before: Element, element: Element) -> str:
    listed = element.kind == "bullet" and (before.kind == "bullet" or before.text.endswith(":"))
    return "\n" if listed or element.tight else "\n\n"


def _draft(element: Element, start: int, end: int) -> Draft:
    nested = element.kind == "bullet"
    line = Line(element.text, start, end, _INDENT * element.level if nested else 0, True, None)
    return Draft(
        element.kind,
        line,
        line,
        start,
        end,
        level=0 if nested else element.level,
        marker=Marker(0, "•") if nested else None,
    )


def _cut(placed: Sequence[tuple[int, Stretch]], units: Sequence[Unit]) -> Iterator[PlacedText]:
    """The stretches cut where units begin and end, so that their rectangles are exact."""
    bounds = sorted({offset for unit in units for offset in (unit.start, unit.end)})
    at = 0
    for start, stretch in placed:
        if stretch.page is None or not stretch.text:
            continue
        end = start + len(stretch.text)
        while at < len(bounds) and bounds[at] <= start:
            at += 1
        cuts = [start]
        while at < len(bounds) and bounds[at] < end:
            cuts.append(bounds[at])
            at += 1
        for left, right in zip(cuts, [*cuts[1:], end], strict=True):
            edges = stretch.edges
            box = Box(
                stretch.page,
                edges[left - start],
                stretch.top,
                edges[right - start],
                stretch.bottom,
            )
            yield PlacedText(left, right, box)


def _pages(layout: Layout, length: int) -> tuple[Span, ...]:
    """Where each page's text begins and ends; a footnote belongs to where it was put."""
    if not layout.sizes:
        return ()
    starts: dict[int, int] = {}
    latest = 0
    for piece in layout.pieces:
        if piece.box.page > latest:
            latest = piece.box.page
            starts[latest] = piece.start
    spans: list[Span] = []
    end = length
    for page in range(len(layout.sizes), 0, -1):
        start = starts.get(page, end) if page > 1 else 0
        spans.append(Span(start, end))
        end = start
    return tuple(reversed(spans))
