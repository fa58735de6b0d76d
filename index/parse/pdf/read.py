"""PDF reports: pages into elements in reading order, each with its place on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from index.errors import ReportError
from index.parse.flow import Element, Flow, Stretch
from index.parse.hyphens import Hyphens
from index.parse.limits import ReaderLimits
from index.parse.marks import is_contents_entry
from index.parse.pdf.blocks import Blocks, Rows, is_full
from index.parse.pdf.furniture import without_furniture
from index.parse.pdf.glyphs import Page, Piece, read_page
from index.parse.pdf.grid import Rule, bars, find_grids
from index.parse.pdf.heads import body_type
from index.parse.pdf.marker import opening
from index.parse.pdf.order import Line, ordered_lines
from index.parse.rows import Cell, has_heading, is_labelled, row_parts

_PROSE_WORDS, _FEW_LINES, _NEAR_COLUMN, _SAME_COLUMN = 45, 4, 60.0, 4.0
_CELL_MARGIN, _LINE_OVERLAP, _NEAR_RULE = 6.0, 0.5, 10.0


@dataclass(frozen=True, slots=True)
class _Table:
    """A grid with the lines of each of its cells."""

    xs: tuple[float, ...]
    rows: tuple[tuple[list[Line] | None, ...], ...]


def read_pdf(data: bytes, limits: ReaderLimits) -> Flow:
    """The elements of a PDF report.

    Raises ReportError where it has a password, no text, too many pages, or is damaged.
    """
    pages = without_furniture(_pages(data, limits))
    if not any(page.pieces for page in pages):
        pictures = sum(page.pictures for page in pages)
        raise ReportError(
            f"there is no text in this PDF{_scanned(pictures)}; have its text recognised (OCR), "
            "or save the report as text"
        )
    parts = [_parts(page) for page in pages]
    lines = [line for page in parts for item in page for line in _lines_of(item)]
    _widen(lines)
    body = body_type([item for page in parts for item in page if isinstance(item, Line)] or lines)
    hyphens = Hyphens([line.text for line in lines])
    blocks, last = Blocks(body, hyphens), _Heading()
    for page in parts:
        items: list[Line | Rows] = []
        for item in _without_contents(page):
            if isinstance(item, Line):
                items.append(item)
            else:
                items += _table_items(item, last)
        blocks.read(items)
    sizes = tuple((round(page.width, 1), round(page.height, 1)) for page in pages)
    return Flow(tuple(blocks.elements()), sizes)


def _pages(data: bytes, limits: ReaderLimits) -> list[Page]:
    try:
        document = pdfium.PdfDocument(data)
        count = len(document)
    except pdfium.PdfiumError as error:
        raise ReportError(_refusal(raw.FPDF_GetLastError())) from error
    if count > limits.pages:
        raise ReportError(
            f"this PDF has {count:,} pages, more than the {limits.pages:,} that are read; "
            "split it into several files"
        )
    pages: list[Page] = []
    characters = 0
    for number in range(1, count + 1):
        try:
            page = read_page(document, number)
        except pdfium.PdfiumError as error:
            raise ReportError(
                f"page {number} of this PDF is damaged; get the file anew from where it is "
                "published"
            ) from error
        characters += sum(len(piece.text) for piece in page.pieces)
        if characters > limits.characters:
            raise ReportError(
                f"this PDF has more than the {limits.characters:,} characters that are read; "
                "split it into several files"
            )
        pages.append(page)
    return pages


def _refusal(code: int) -> str:
    if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return "this PDF is locked by a password; save a copy without one (print it to a new PDF)"
    return "this PDF is damaged or cut short; get the file anew from where it is published"


def _scanned(pictures: int) -> str:
    return ", only pictures of pages (a scan)" if pictures else ""


def _parts(page: Page) -> list[Line | _Table]:
    """A page's lines and tables in reading order."""
    grids, rest = find_grids(page.rules, page.pieces)
    found: list[Line | _Table] = []
    region = 0
    for grid in sorted(grids, key=lambda grid: grid.top):
        above = [piece for piece in rest if piece.base < grid.top]
        kept = {id(piece) for piece in above}
        rest = [piece for piece in rest if id(piece) not in kept]
        region = _add_lines(found, above, page, region)
        rows = tuple(
            tuple(
                None if cell is None else _cell_lines(cell, page, grid.xs[at + 1])
                for at, cell in enumerate(row)
            )
            for row in grid.cells
        )
        found.append(_Table(grid.xs, tuple(row for row in rows if any(row))))
    _add_lines(found, rest, page, region)
    return found


def _add_lines(
    found: list[Line | _Table], pieces: Sequence[Piece], page: Page, region: int
) -> int:
    lines = ordered_lines(pieces, page.number, region)
    _bar(lines, bars(page.rules))
    found += lines
    return max([region, *(line.region + 1 for line in lines)])


def _bar(lines: Sequence[Line], across: Sequence[Rule]) -> None:
    """Mark the lines that a drawn line parts from the one before, as between boxes."""
    for before, line in pairwise(lines):
        line.barred = any(
            before.bottom - _LINE_OVERLAP <= rule[1] <= line.top + _LINE_OVERLAP
            and rule[0] <= line.left + _NEAR_RULE
            and rule[2] >= line.right - _NEAR_RULE
            for rule in across
        )


def _cell_lines(cell: Sequence[Piece], page: Page, limit: float) -> list[Line]:
    lines = ordered_lines(cell, page.number)
    for line in lines:
        line.limit = max(limit - _CELL_MARGIN, line.limit)
    return lines


def _lines_of(item: Line | _Table) -> Iterable[Line]:
    if isinstance(item, Line):
        return [item]
    return [line for row in item.rows for cell in row if cell for line in cell]


def _widen(lines: Sequence[Line]) -> None:
    """Give columns of a few short lines the width of the report's other columns there."""
    regions: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        regions.setdefault((line.page, line.region), []).append(line)
    whole = [members[0] for members in regions.values() if len(members) >= _FEW_LINES]
    for members in regions.values():
        if len(members) < _FEW_LINES:
            near = [o.limit for o in whole if abs(o.origin - members[0].origin) <= _NEAR_COLUMN]
            for line in members:
                line.limit = max(line.limit, median(near) if near else 0.0)


def _without_contents(items: Sequence[Line | _Table]) -> list[Line | _Table]:
    """A page's items without the entries of a table of contents."""
    entries = [isinstance(item, Line) and is_contents_entry(item.text) for item in items]
    if sum(entries) < _FEW_LINES:
        return list(items)
    return [item for item, entry in zip(items, entries, strict=True) if not entry]


@dataclass
class _Heading:
    """The heading row of the last table, for tables that go on overleaf."""

    xs: tuple[float, ...] = ()
    page: int = 0
    row: tuple[list[Line] | None, ...] = ()


def _table_items(table: _Table, last: _Heading) -> list[Line | Rows]:
    """A table as elements, or, where its cells hold running text, as lines."""
    cells = [[_cell(lines) for lines in row] for row in table.rows]
    if any(_is_prose(cell) for row in table.rows for cell in row if cell):
        return _prose_items(table, cells)
    page = next(line.page for row in table.rows for cell in row if cell for line in cell)
    rows = list(table.rows)
    heading: tuple[list[Line] | None, ...] = ()
    if has_heading(cells):
        heading, rows, cells = rows[0], rows[1:], cells[1:]
    elif page == last.page + 1 and _same_columns(table.xs, last.xs):
        heading = last.row
    last.xs, last.page, last.row = table.xs, page, heading
    names = [cell.text if cell else "" for cell in (_cell(lines) for lines in heading)]
    labelled = is_labelled(names, cells)
    elements: list[Element] = []
    for row, words in zip(rows, cells, strict=True):
        stretches: list[Stretch] = []
        for part in row_parts(names, words, labelled=labelled):
            glue = part.glue
            if part.heading:
                stretches += _stretches(heading[part.column] or [], glue)
                glue = ": "
            stretches += _stretches(row[part.column] or [], glue)
        if stretches:
            elements.append(Element("paragraph", tuple(stretches), tight=bool(elements)))
    return [Rows(tuple(elements))] if elements else []


def _prose_items(table: _Table, cells: Sequence[Sequence[Cell | None]]) -> list[Line | Rows]:
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
            stretches = [*_stretches(table.rows[0][column] or [], ""), *_stretches(cell, ": ")]
            items.append(Rows((Element("paragraph", tuple(stretches)),)))
    return items


def _is_prose(cell: Sequence[Line]) -> bool:
    words = sum(len(line.text.split()) for line in cell)
    listed = sum(opening(line) is not None for line in cell) > 1
    return words > _PROSE_WORDS or listed


def _same_columns(xs: Sequence[float], others: Sequence[float]) -> bool:
    return len(xs) == len(others) and all(
        abs(x - other) <= _SAME_COLUMN for x, other in zip(xs, others, strict=True)
    )


def _cell(lines: Sequence[Line] | None) -> Cell | None:
    if lines is None:
        return None
    text = "".join(stretch.glue + stretch.text for stretch in _stretches(lines, ""))
    return Cell(text, bool(lines) and all(line.bold for line in lines))


def _stretches(lines: Sequence[Line], glue: str) -> list[Stretch]:
    """The lines of a cell; where a line was ended by hand, as in an address, a comma is put."""
    found: list[Stretch] = []
    for place, line in enumerate(lines):
        if place:
            before = lines[place - 1]
            by_hand = not line.text[0].islower() and not is_full(before, line)
            glue = ", " if by_hand and before.text[-1].isalnum() else " "
        edges = tuple(line.edges)
        found.append(Stretch(line.text, glue, line.page, edges, line.top, line.bottom))
    return found

