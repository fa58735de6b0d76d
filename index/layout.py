"""Where a document's text stands on its pages: offsets to rectangles, in compact form."""

from __future__ import annotations

import base64
import struct
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_ROW = struct.Struct("<IIHiiii")
_UNITS_PER_POINT = 10


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, the first page being 1.

    In points (1/72 inch) from the upper left corner of the page as it is displayed:
    ``x0 <= x1`` to the right, ``y0 <= y1`` downwards.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A piece of one line: the characters from ``start`` to ``end`` and where they stand."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True)
class Layout:
    """The pieces of text of a document's pages, in the order of the text; none overlap.

    ``sizes`` are the widths and heights of the pages as displayed, in points. ``rows`` is the
    Base64 form of one record a piece (start, end, page, x0, y0, x1, y1; little-endian, the
    coordinates in tenths of a point), which is a tenth of what plain JSON would take and
    costs nothing until it is asked for.
    """

    sizes: tuple[tuple[float, float], ...] = ()
    rows: str = ""

    @classmethod
    def of(cls, pieces: Iterable[PlacedText], sizes: Iterable[tuple[float, float]] = ()) -> Layout:
        """The layout of these pieces, which must be in the order of the text."""
        packed = b"".join(
            _ROW.pack(
                piece.start,
                piece.end,
                piece.box.page,
                *(round(value * _UNITS_PER_POINT) for value in _coordinates(piece.box)),
            )
            for piece in pieces
        )
        return cls(tuple(sizes), base64.b64encode(packed).decode("ascii"))

    @cached_property
    def pieces(self) -> tuple[PlacedText, ...]:
        """Every piece; raises ValueError or struct.error where ``rows`` is not as written."""
        return tuple(
            PlacedText(start, end, Box(page, *(value / _UNITS_PER_POINT for value in values)))
            for start, end, page, *values in _ROW.iter_unpack(
                base64.b64decode(self.rows, validate=True)
            )
        )

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Where the characters from ``start`` to ``end`` stand: a rectangle a line.

        Within a piece the characters are taken to be equally wide, so that a range that begins
        or ends inside one is placed to about a character's width.
        """
        place = max(bisect_right(self._starts, start) - 1, 0)
        found: list[Box] = []
        for piece in self.pieces[place:]:
            if piece.start >= end:
                break
            if piece.end > start:
                box = _part(piece, start, end)
                if found and _on_one_line(found[-1], box):
                    last = found.pop()
                    box = Box(box.page, last.x0, last.y0, box.x1, last.y1)
                found.append(box)
        return tuple(found)

    def page_at(self, offset: int) -> int | None:
        """The page of the first piece that ends behind ``offset``, None behind the last one."""
        place = max(bisect_right(self._starts, offset) - 1, 0)
        return next((p.box.page for p in self.pieces[place:] if p.end > offset), None)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(piece.start for piece in self.pieces)


def _part(piece: PlacedText, start: int, end: int) -> Box:
    box, length = piece.box, piece.end - piece.start
    width = (box.x1 - box.x0) / length
    left = box.x0 + width * max(start - piece.start, 0)
    right = box.x1 - width * max(piece.end - end, 0)
    return Box(box.page, round(left, 1), box.y0, round(right, 1), box.y1)


def _on_one_line(last: Box, box: Box) -> bool:
    """Whether a piece goes on right after another: a line that was cut where a sentence ends."""
    near = 0 <= box.x0 - last.x1 <= box.y1 - box.y0
    return (last.page, last.y0, last.y1) == (box.page, box.y0, box.y1) and near


def _coordinates(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1
