"""Pieces of text into lines in reading order: a column at a time, rows from left to right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.parse.pdf.columns import regions_of
from index.parse.pdf.glyphs import Piece
from index.parse.pdf.phrases import Phrase, far_apart, phrases_of, pieces_by_row, rows_of

_SMALL, _RAISED, _SPACE = 0.8, 0.12, 0.12
_FEWEST_STEPS, _PROSE_LINES, _RAGGED = 6, 4, 0.15
_NOTE = re.compile(r"[\d,*†‡]{1,5}")


@dataclass(slots=True)
class Line:
    """A line of text on a page, in points; ``edges`` as those of a piece.

    ``left`` to ``right`` is the line, ``origin`` to ``limit`` the column it stands in,
    ``pitch`` the usual distance of base lines there, as a multiple of the size;
    ``sign`` is the sign of a font of symbols that opens it, not part of ``text``. A line is
    ``barred`` where a drawn line parts it from what stands above.
    """

    text: str
    edges: list[float]
    top: float
    bottom: float
    base: float
    size: float
    bold: bool
    page: int
    sign: str = ""
    sign_left: float = 0.0
    origin: float = 0.0
    limit: float = 0.0
    region: int = 0
    pitch: float = 0.0
    barred: bool = False

    @property
    def left(self) -> float:
        return self.edges[0]

    @property
    def right(self) -> float:
        return self.edges[-1]


def ordered_lines(pieces: Sequence[Piece], page: int, first_region: int = 0) -> list[Line]:
    """The lines of a page or of a cell, in reading order.

    Text in columns is read a column at a time; labels with values beside them ("Inspection
    dates: ...") are read a row at a time.
    """
    phrases = [phrase for row in pieces_by_row(pieces) for phrase in phrases_of(row)]
    regions: list[list[Line]] = []
    for number, region in enumerate(regions_of(phrases), first_region):
        rows = [_line(part, page, number) for row in rows_of(region) for part in far_apart(row)]
        origin = min(line.sign_left if line.sign else line.left for line in rows)
        pitch = _pitch(rows)
        for line in rows:
            line.origin, line.pitch = origin, pitch
        regions.append(rows)
    for rows in regions:
        limit = _limit(rows, regions)
        for line in rows:
            line.limit = limit
    return [line for rows in regions for line in rows]


def _limit(rows: Sequence[Line], regions: Sequence[Sequence[Line]]) -> float:
    """How far right the lines of a region could reach.

    As far as the longest where most reach about as far, as those of running text do; else up
    to what stands beside them.
    """
    limit, origin = max(line.right for line in rows), rows[0].origin
    long = sum(limit - line.right <= _RAGGED * (limit - origin) for line in rows)
    if len(rows) >= _PROSE_LINES and 2 * long >= len(rows):
        return limit
    top, bottom = min(line.top for line in rows), max(line.bottom for line in rows)
    beside = [
        line.left - line.size
        for others in regions
        for line in others
        if line.left > limit and line.top < bottom and line.bottom > top
    ]
    furthest = max(line.right for others in regions for line in others)
    return max(limit, min(beside, default=furthest))


def _pitch(lines: Sequence[Line]) -> float:
    """The lower quartile of the distances of base lines; 0 where there are too few."""
    steps = sorted(
        (line.base - before.base) / before.size
        for before, line in pairwise(lines)
        if line.size == before.size and line.base > before.base
    )
    return steps[len(steps) // 4] if len(steps) >= _FEWEST_STEPS else 0.0


def _line(row: Sequence[Phrase], page: int, region: int) -> Line:
    """The phrases of a row as one line, the marks of footnotes left out."""
    pieces = [piece for phrase in row for piece in phrase.pieces]
    widest = max(pieces, key=lambda piece: piece.right - piece.left)
    sign, sign_left = "", pieces[0].left
    if pieces[0].symbol and len(pieces) > 1 and len(pieces[0].text) == 1:
        sign, pieces = pieces[0].text, pieces[1:]
    values = {id(phrase.pieces[phrase.value_at]) for phrase in row if phrase.value_at}
    text, edges = "", [pieces[0].left]
    for piece in pieces:
        if text and _is_note(piece, widest):
            continue
        if id(piece) in values:
            text += ":"
            edges.append(edges[-1])
        if text and piece.left - edges[-1] > _SPACE * min(piece.size, widest.size):
            text += " "
            edges.append(piece.left)
        text += piece.text
        edges += piece.edges[1:]
    wordy = [piece for piece in pieces if any(map(str.isalnum, piece.text))] or pieces
    return Line(
        text=text,
        edges=edges,
        top=min(piece.top for piece in pieces),
        bottom=max(piece.bottom for piece in pieces),
        base=widest.base,
        size=widest.size,
        bold=all(piece.bold for piece in wordy),
        page=page,
        sign=sign,
        sign_left=sign_left,
        region=region,
    )


def _is_note(piece: Piece, widest: Piece) -> bool:
    """Whether a piece is a raised number or sign that points to a footnote."""
    small = piece.size < _SMALL * widest.size
    raised = widest.base - piece.base > _RAISED * widest.size
    return small and raised and _NOTE.fullmatch(piece.text) is not None
