"""A PDF page's characters as pieces of lines: what stands side by side without a gap."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as raw

from index.parse.letters import mended

_SCALE = 100  # PageToDevice gives whole numbers: hundredths of a point
_SYMBOL_FONTS = ("wingdings", "webdings", "symbol", "dingbats")
_BOLD_WEIGHT, _BOLD_NAMES = 600, ("bold", "black", "heavy", "semibold", "demi")
_NAME_LENGTH = 128
_JOINED_GAP, _WORD_GAP, _BACK_STEP = 0.55, 0.2, 0.6
_UPRIGHT, _THIN, _WHITE = 0.05, 3.0, 250
_SMALLEST_DOT, _LARGEST_DOT, _ROUND = 1.5, 8.0, 0.25

Bounds = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(slots=True)
class Piece:
    """Characters in a row, in points from the page's upper left corner as it is displayed.

    ``edges`` are the left edges of the characters and the right edge of the last one.
    ``size`` is the type's; ``symbol`` says that the first character is from a font of symbols.
    """

    text: str
    edges: list[float]
    top: float
    bottom: float
    base: float
    size: float
    bold: bool
    symbol: bool

    @property
    def left(self) -> float:
        return self.edges[0]

    @property
    def right(self) -> float:
        return self.edges[-1]


@dataclass(frozen=True, slots=True)
class Page:
    """A page's pieces in the order of the file, its drawn lines, and its size in points.

    ``rules`` are left, top, right and bottom of drawn lines and frames, ``dots`` those of small
    shapes as high as wide, which browsers draw for bullets.
    """

    number: int
    width: float
    height: float
    pieces: list[Piece]
    rules: list[Bounds]
    dots: list[Bounds]
    pictures: int


@dataclass(frozen=True, slots=True)
class _Type:
    """How the characters of one text object are set."""

    size: float
    bold: bool
    symbol: bool
    upright: bool


Place = Callable[[float, float], tuple[float, float]]


def read_page(document: Any, number: int) -> Page:
    """The page of that number, the first being 1, of an open pdfium document."""
    page = document[number - 1]
    width, height = page.get_size()
    place = _placing(page, width, height)
    text = page.get_textpage()
    try:
        pieces = list(_pieces(text, place))
    finally:
        text.close()
    rules, dots, pictures = _drawn(page, place)
    page.close()
    return Page(number, width, height, pieces, rules, dots, pictures)


def _placing(page: Any, width: float, height: float) -> Place:
    """From the file's coordinates to those of the page as displayed, turned and cropped."""
    x, y = ctypes.c_int(), ctypes.c_int()

    def device(at: tuple[float, float]) -> tuple[float, float]:
        w, h = round(width * _SCALE), round(height * _SCALE)
        raw.FPDF_PageToDevice(page, 0, 0, w, h, 0, *at, ctypes.byref(x), ctypes.byref(y))
        return x.value / _SCALE, y.value / _SCALE

    (ox, oy), (ax, ay), (bx, by) = device((0, 0)), device((1000, 0)), device((0, 1000))
    ax, ay, bx, by = (ax - ox) / 1000, (ay - oy) / 1000, (bx - ox) / 1000, (by - oy) / 1000
    return lambda at, up: (ox + ax * at + bx * up, oy + ay * at + by * up)


def _pieces(text: Any, place: Place) -> Iterator[Piece]:
    types: dict[int, _Type] = {}
    piece: Piece | None = None
    spaced = False
    box = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(raw.FPDFText_CountChars(text)):
        letters = _letters(raw.FPDFText_GetUnicode(text, index))
        if not letters or letters.isspace():
            spaced = spaced or bool(letters)
            continue
        address = ctypes.cast(raw.FPDFText_GetTextObject(text, index), ctypes.c_void_p).value
        if address is None:
            continue  # pdfium made it up, and it is no space
        if address not in types:
            types[address] = _type(text, index, place)
        kind = types[address]
        if not kind.upright:
            continue
        raw.FPDFText_GetLooseCharBox(text, index, box)
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        (x0, y0), (x1, y1) = place(box.left, box.top), place(box.right, box.bottom)
        left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        base = place(x.value, y.value)[1]
        if piece is not None and _goes_on(piece, left, base, kind):
            if spaced or left - piece.right > _WORD_GAP * piece.size:
                piece.text += " "
                piece.edges.append(max(left, piece.right))
            piece.top, piece.bottom = min(piece.top, top), max(piece.bottom, bottom)
        else:
            if piece is not None:
                yield piece
            piece = Piece("", [left], top, bottom, base, kind.size, kind.bold, kind.symbol)
        piece.text += letters
        width = (right - left) / len(letters)
        piece.edges += [left + width * count for count in range(1, len(letters) + 1)]
        spaced = False
    if piece is not None:
        yield piece


def _letters(code: int) -> str:
    return mended(chr(code)) if code < 0x110000 else ""


def _goes_on(piece: Piece, left: float, base: float, kind: _Type) -> bool:
    """Whether a character stands right after the piece, in the same type."""
    if (kind.size, kind.bold, kind.symbol) != (piece.size, piece.bold, piece.symbol):
        return False
    if abs(base - piece.base) > 0.1 * piece.size:
        return False
    return -_BACK_STEP * piece.size < left - piece.right < _JOINED_GAP * piece.size


def _type(text: Any, index: int, place: Place) -> _Type:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, index, matrix)
    (ox, oy), (ax, ay), (ux, uy) = place(0, 0), place(matrix.a, matrix.b), place(matrix.c, matrix.d)
    high = ((ux - ox) ** 2 + (uy - oy) ** 2) ** 0.5
    wide = ((ax - ox) ** 2 + (ay - oy) ** 2) ** 0.5
    name = ctypes.create_string_buffer(_NAME_LENGTH)
    raw.FPDFText_GetFontInfo(text, index, name, _NAME_LENGTH, ctypes.c_int())
    font = name.value.decode("utf-8", "replace").lower()
    weight = raw.FPDFText_GetFontWeight(text, index)
    return _Type(
        size=round(raw.FPDFText_GetFontSize(text, index) * high, 1) or 1.0,
        bold=weight >= _BOLD_WEIGHT or any(word in font for word in _BOLD_NAMES),
        symbol=any(word in font for word in _SYMBOL_FONTS),
        upright=abs(ay - oy) <= _UPRIGHT * wide and ax >= ox,
    )


def _drawn(page: Any, place: Place) -> tuple[list[Bounds], list[Bounds], int]:
    """The boxes of lines and frames, of dots, and how many pictures the page shows."""
    boxes: list[Bounds] = []
    dots: list[Bounds] = []
    pictures = 0
    for item in page.get_objects(max_depth=2):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
        elif item.type == raw.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = item.get_bounds()
            (x0, y0), (x1, y1) = place(left, bottom), place(right, top)
            box = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
            wide, high = box[2] - box[0], box[3] - box[1]
            if _SMALLEST_DOT <= wide <= _LARGEST_DOT and abs(wide - high) <= _ROUND * wide:
                dots.append(box)
            elif _is_drawn_line(item, min(wide, high)):
                boxes.append(box)
    return boxes, dots, pictures


def _is_drawn_line(path: Any, thickness: float) -> bool:
    """Whether a path is a line or a frame that is seen, and not the shade behind some text."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    if stroke.value:
        return True
    colour = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFPageObj_GetFillColor(path, *colour)
    white = all(part.value >= _WHITE for part in colour[:3])
    return bool(fill.value) and thickness <= _THIN and not white
