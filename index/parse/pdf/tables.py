"""Tables of a PDF: their rows as lines, whole where a page ends within them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.parse.flow import Element, Stretch
from index.parse.hyphens import Hyphens
from index.parse.marks import ENDED
from index.parse.pdf.blocks import Rows, is_full
from index.parse.pdf.marker import opening
from index.parse.pdf.order import Line
from index.parse.rows import Cell, has_heading, is_labelled, list_marks, row_parts

_PROSE_WORDS, _SAME_COLUMN = 45, 4.0


@dataclass(frozen=True, slots=True)
class Table:
    """The lines in each cell of a table, and where its columns begin, in points."""

    xs: tuple[float, ...]
    rows: tuple[tuple[list[Line] | None, ...], ...]


def with_whole_tables(pages: list[list[Line | Table]]) -> list[list[Line | Table]]:
    """The pages with each table that goes on overleaf whole, where it begins."""
    last: list[Line | Table] = []
    for page in pages:
        table, upper = page[0] if page else None, last[-1] if last else None
        if isinstance(table, Table) and isinstance(upper, Table) and _go_together(upper, table):
            last[-1] = _joined(upper, table)
            del page[0]
        last = page or last
    return pages


def table_items(table: Table, hyphens: Hyphens) -> list[Line | Rows]:
    """A table as elements, or, where its cells hold running text, as lines."""
    cells = [[_cell(lines, hyphens) for lines in row] for row in table.rows]
    if any(_is_prose(cell) for row in table.rows for cell in row if cell):
        return _prose_items(table, cells, hyphens)
    rows = list(table.rows)
    heading: tuple[list[Line] | None, ...] = ()
    if has_heading(cells):
        heading, rows = rows[0], rows[1:]
    names = [cell.text if cell else "" for cell in cells[0]] if heading else []
    cells = cells[len(table.rows) - len(rows) :]
    if not heading and (marks := list_marks(cells)):
        return [Rows(tuple(_items(table, marks, hyphens)))]
    labelled = is_labelled(names, cells)
    elements: list[Element] = []
    for row, words in zip(rows, cells, strict=True):
        stretches: list[Stretch] = []
        for part in row_parts(names, words, labelled=labelled):
            glue = part.glue
            cell = row[part.column] or []
            if part.heading:
                stretches += _repeated(heading[part.column], glue, hyphens)
                glue = ": "
            stretches += _stretches(cell, glue, hyphens)
        if stretches:
            elements.append(Element("paragraph", tuple(stretches), tight=bool(elements)))
    return [Rows(tuple(elements))] if elements else []


def _items(table: Table, marks: Sequence[str], hyphens: Hyphens) -> list[Element]:
    """The rows of a table that is a list."""
    return [
        Element("bullet", tuple(_stretches(row[1] or [], "", hyphens)), 0, mark)
        for row, mark in zip(table.rows, marks, strict=True)
    ]


def _go_together(upper: Table, lower: Table) -> bool:
    return len(upper.xs) == len(lower.xs) and all(
        abs(x - other) <= _SAME_COLUMN for x, other in zip(upper.xs, lower.xs, strict=True)
    )


def _joined(upper: Table, lower: Table) -> Table:
    """Two parts of a table: a repeated heading goes, a row that was broken is made whole."""
    rows = lower.rows
    if _words(rows[0]) == _words(upper.rows[0]):
        rows = rows[1:]
    if rows and _is_rest(_words(upper.rows[-1]), _words(rows[0])):
        pairs = zip(upper.rows[-1], rows[0], strict=True)
        whole = tuple([*(above or []), *(below or [])] for above, below in pairs)
        return Table(upper.xs, (*upper.rows[:-1], whole, *rows[1:]))
    return Table(upper.xs, (*upper.rows, *rows))


def _is_rest(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row is the rest of the one before: a cell of it begins within a sentence."""
    unended = any(
        words and upper and not upper.endswith(ENDED)
        for upper, words in zip(above, below, strict=True)
    )
    return any(words[:1].islower() for words in below) or (unended and not all(below))


def _words(row: Sequence[Sequence[Line] | None]) -> list[str]:
    return [" ".join(line.text for line in cell or []) for cell in row]


def _prose_items(
    table: Table, cells: Sequence[Sequence[Cell | None]], hyphens: Hyphens
) -> list[Line | Rows]:
    """A table with running text: that text as lines, what is short with its column's heading."""
    prose = {
        column for row in table.rows for column, cell in enumerate(row) if cell and _is_prose(cell)
    }
    headed = has_heading(cells)
    items: list[Line | Rows] = []
    for place, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            if not cell or (headed and not place and column not in prose):
                continue
            if column in prose or not headed:
                items += cell
                continue
            stretches = _repeated(table.rows[0][column], "", hyphens)
            stretches += _stretches(cell, ": ", hyphens)
            items.append(Rows((Element("paragraph", tuple(stretches)),)))
    return items


def _is_prose(cell: Sequence[Line]) -> bool:
    words = sum(len(line.text.split()) for line in cell)
    listed = sum(opening(line) is not None for line in cell) > 1
    return words > _PROSE_WORDS or listed


def _cell(lines: Sequence[Line] | None, hyphens: Hyphens) -> Cell | None:
    if lines is None:
        return None
    text = "".join(stretch.glue + stretch.text for stretch in _stretches(lines, "", hyphens))
    return Cell(text, bool(lines) and all(line.bold for line in lines))


def _repeated(heading: Sequence[Line] | None, glue: str, hyphens: Hyphens) -> list[Stretch]:
    """A column's heading before one of its cells."""
    return [replace(found, repeated=True) for found in _stretches(heading or [], glue, hyphens)]


def _stretches(lines: Sequence[Line], glue: str, hyphens: Hyphens) -> list[Stretch]:
    """The lines of a cell; where a line was ended by hand, as in an address, a comma is put."""
    found: list[Stretch] = []
    for place, line in enumerate(lines):
        text, edges, following = line.text, line.edges, ""
        if place + 1 < len(lines):
            after = lines[place + 1]
            text, following = hyphens.join(text, after.text)
            by_hand = not after.text[0].islower() and not is_full(line, after)
            if by_hand and text[-1].isalnum():
                following = ", "
        found.append(
            Stretch(text, glue, line.page, tuple(edges[: len(text) + 1]), line.top, line.bottom)
        )
        glue = following
    return found
