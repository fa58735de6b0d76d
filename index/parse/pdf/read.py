"""PDF reports: pages into elements in reading order, each with its place on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from index.errors import ReportError
from index.parse.flow import Flow
from index.parse.hyphens import Hyphens
from index.parse.limits import ReaderLimits
from index.parse.marks import is_contents_entry
from index.parse.pdf.blocks import Blocks, Rows
from index.parse.pdf.furniture import without_furniture
from index.parse.pdf.glyphs import Bounds, Page, Piece, read_page
from index.parse.pdf.grid import Grid, Rule, bars, find_grids, sides
from index.parse.pdf.heads import body_type
from index.parse.pdf.order import Line, ordered_lines
from index.parse.pdf.tables import Table, table_items, with_whole_tables

_FEW_LINES, _NEAR_COLUMN, _TAIL = 4, 60.0, 2048
_CUT_SHORT = "this PDF is damaged or cut short; get the file anew from where it is published"
_CELL_MARGIN, _LINE_OVERLAP, _NEAR_RULE, _DOT_GAP = 6.0, 0.5, 10.0, 2.5


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
    parts = with_whole_tables([_parts(page) for page in pages])
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
                items += table_items(item, hyphens)
        blocks.read(items)
    sizes = tuple((round(page.width, 1), round(page.height, 1)) for page in pages)
    return Flow(tuple(blocks.elements()), sizes)


def _pages(data: bytes, limits: ReaderLimits) -> list[Page]:
    if b"%%EOF" not in data[-_TAIL:]:
        raise ReportError(_CUT_SHORT)  # pdfium would read what is left and say nothing
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
    return _CUT_SHORT


def _scanned(pictures: int) -> str:
    return ", only pictures of pages (a scan)" if pictures else ""


def _parts(page: Page) -> list[Line | Table]:
    """A page's lines and tables in reading order."""
    grids, rest = find_grids(page.rules, page.pieces)
    found: list[Line | Table] = []
    region = 0
    for grid in sorted(grids, key=lambda grid: grid.top):
        above = [piece for piece in rest if piece.base < grid.top]
        kept = {id(piece) for piece in above}
        rest = [piece for piece in rest if id(piece) not in kept]
        region = _add_lines(found, above, page, region)
        for whole, rows in groupby(grid.cells, key=_is_one_cell):
            if whole:
                inside = [piece for row in rows for piece in row[0] or ()]
                region = _add_lines(found, inside, page, region)
            else:
                _add_table(found, grid, rows, page)
    _add_lines(found, rest, page, region)
    return found


def _add_lines(found: list[Line | Table], pieces: Sequence[Piece], page: Page, region: int) -> int:
    lines = ordered_lines(pieces, page.number, region)
    _mark(lines, page.dots)
    _bar(lines, bars(page.rules))
    _narrow(lines, sides(page.rules))
    found += lines
    return max([region, *(line.region + 1 for line in lines)])


def _mark(lines: Sequence[Line], dots: Sequence[Bounds]) -> None:
    """Give the lines that a drawn dot stands before the sign of a bullet."""
    for line in lines:
        before = [
            dot[0]
            for dot in dots
            if line.top < (dot[1] + dot[3]) / 2 < line.bottom
            and 0 < line.left - dot[2] <= _DOT_GAP * line.size
        ]
        if before and not line.sign:
            line.sign, line.sign_left = "•", max(before)


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


def _is_one_cell(row: Sequence[Sequence[Piece] | None]) -> bool:
    """Whether a row is one cell as wide as the table: a box beside it, or a title."""
    return all(cell is None for cell in row[1:])


def _add_table(
    found: list[Line | Table],
    grid: Grid,
    rows: Iterable[Sequence[Sequence[Piece] | None]],
    page: Page,
) -> None:
    lines = tuple(
        tuple(
            None if cell is None else _cell_lines(cell, page, grid.xs[at + 1])
            for at, cell in enumerate(row)
        )
        for row in rows
    )
    worded = [row for row in lines if any(row)]
    columns = [at for at in range(len(grid.xs) - 1) if any(row[at] for row in worded)]
    if worded:
        cells = tuple(tuple(row[at] for at in columns) for row in worded)
        found.append(Table(tuple(grid.xs[at] for at in columns), cells))


def _cell_lines(cell: Sequence[Piece], page: Page, limit: float) -> list[Line]:
    lines = ordered_lines(cell, page.number)
    for line in lines:
        line.limit = max(limit - _CELL_MARGIN, line.limit)
    return lines


def _lines_of(item: Line | Table) -> Iterable[Line]:
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


def _without_contents(items: Sequence[Line | Table]) -> list[Line | Table]:
    """A page's items without the entries of a table of contents."""
    entries = [isinstance(item, Line) and is_contents_entry(item.text) for item in items]
    if sum(entries) < _FEW_LINES:
        return list(items)
    return [item for item, entry in zip(items, entries, strict=True) if not entry]
