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
from index.parse.marks import ENDED, is_contents_entry
from index.parse.pdf.blocks import Blocks, Rows, is_full
from index.parse.pdf.furniture import without_furniture
from index.parse.pdf.glyphs import Page, Piece, read_page
from index.parse.pdf.grid import Rule, bars, find_grids, sides
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
    parts = _with_whole_tables([_parts(page) for page in pages])
    lines = [line for page in parts for item in page for line in _lines_of(item)]
    _widen(lines)
    body = body_type([item for page in parts for item in page if isinstance(item, Line)] or lines)
    hyphens = Hyphens([line.text for line in lines])
    blocks = Blocks(body, hyphens)
    for page in parts:
        items: list[Line | Rows] = []
        for item in _without_contents(page):
            if isinstance(item, Line):
                items.append(item)
            else:
                items += _table_items(item, hyphens)
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


def _add_lines(found: list[Line | _Table], pieces: Sequence[Piece], page: Page, region: int) -> int:
    lines = ordered_lines(pieces, page.number, region)
    _bar(lines, bars(page.rules))
    _narrow(lines, sides(page.rules))
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


def _narrow(lines: Sequence[Line], down: Sequence[Rule]) -> None:
    """Let the lines in a frame reach no further than its right side."""
    for line in lines:
        right = [rule[0] for rule in down if rule[0] > line.right and rule[1] < line.base < rule[3]]
        line.limit = max(line.right, min([line.limit, *(side - _CELL_MARGIN for side in right)]))


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


def _with_whole_tables(pages: list[list[Line | _Table]]) -> list[list[Line | _Table]]:
    """The pages with each table that goes on overleaf whole, where it begins."""
    last: list[Line | _Table] = []
    for page in pages:
        table, upper = page[0] if page else None, last[-1] if last else None
        if isinstance(table, _Table) and isinstance(upper, _Table) and _go_together(upper, table):
            last[-1] = _joined(upper, table)
            del page[0]
        last = page or last
    return pages


def _go_together(upper: _Table, lower: _Table) -> bool:
    return len(upper.xs) == len(lower.xs) and all(
        abs(x - other) <= _SAME_COLUMN for x, other in zip(upper.xs, lower.xs, strict=True)
    )


def _joined(upper: _Table, lower: _Table) -> _Table:
    """Two parts of a table: a repeated heading goes, a row that was broken is made whole."""
    rows = lower.rows
    if _words(rows[0]) == _words(upper.rows[0]):
        rows = rows[1:]
    if rows and _is_rest(_words(upper.rows[-1]), _words(rows[0])):
        pairs = zip(upper.rows[-1], rows[0], strict=True)
        whole = tuple([*(above or []), *(below or [])] for above, below in pairs)
        return _Table(upper.xs, (*upper.rows[:-1], whole, *rows[1:]))
    return _Table(upper.xs, (*upper.rows, *rows))


def _is_rest(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row is the rest of the one before: a cell of it begins within a sentence."""
    unended = any(
        words and upper and not upper.endswith(ENDED)
        for upper, words in zip(above, below, strict=True)
    )
    return any(words[:1].islower() for words in below) or (unended and not all(below))


def _words(row: Sequence[Sequence[Line] | None]) -> list[str]:
    return [" ".join(line.text for line in cell or []) for cell in row]


def _table_items(table: _Table, hyphens: Hyphens) -> list[Line | Rows]:
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
    labelled = is_labelled(names, cells)
    elements: list[Element] = []
    for row, words in zip(rows, cells, strict=True):
        stretches: list[Stretch] = []
        for part in row_parts(names, words, labelled=labelled):
            glue = part.glue
            cell = row[part.column] or []
            if part.heading:
                stretches += _repeated(heading[part.column], glue, cell, hyphens)
                glue = ": "
            stretches += _stretches(cell, glue, hyphens)
        if stretches:
            elements.append(Element("paragraph", tuple(stretches), tight=bool(elements)))
    return [Rows(tuple(elements))] if elements else []


def _prose_items(
    table: _Table, cells: Sequence[Sequence[Cell | None]], hyphens: Hyphens
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
            stretches = _repeated(table.rows[0][column], "", cell, hyphens)
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


def _repeated(
    heading: Sequence[Line] | None, glue: str, cell: Sequence[Line], hyphens: Hyphens
) -> list[Stretch]:
    """A column's heading before a cell: without a place where it stands on another page."""
    found = _stretches(heading or [], glue, hyphens)
    if cell and any(stretch.page != cell[0].page for stretch in found):
        return [Stretch(stretch.text, stretch.glue) for stretch in found]
    return found


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
