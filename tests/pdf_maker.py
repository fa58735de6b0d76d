"""PDF files put together by hand, so that a test knows what stands where on which page."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True)
class Text:
    """Words whose base line begins at ``x`` and ``y`` points from the upper left corner."""

    x: float
    y: float
    words: str
    size: float = 12
    bold: bool = False


@dataclass(frozen=True)
class Rule:
    """A line from one point to another, as tables have."""

    x0: float
    y0: float
    x1: float
    y1: float


Mark = Text | Rule


def lines(x: float, y: float, words: Sequence[str], step: float = 14.5) -> list[Mark]:
    """Lines of running text below each other."""
    return [Text(x, y + step * row, line) for row, line in enumerate(words)]


def grid(xs: Sequence[float], ys: Sequence[float]) -> list[Mark]:
    """The drawn lines of a table."""
    across: list[Mark] = [Rule(xs[0], y, xs[-1], y) for y in ys]
    return across + [Rule(x, ys[0], x, ys[-1]) for x in xs]


def pdf(pages: Sequence[Sequence[Mark]], rotate: int = 0, extra: str = "") -> bytes:
    """A PDF with these pages; ``extra`` goes into its trailer."""
    contents = [_content(page) for page in pages]
    return pdf_of_streams(contents, rotate, extra)


def pdf_of_streams(
    contents: Sequence[bytes], rotate: int = 0, extra: str = "", packed: bool = False
) -> bytes:
    """A PDF whose pages have these content streams, packed ones being compressed already."""
    first = 5
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(contents)))
    encoding = "/Encoding /WinAnsiEncoding"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica {encoding} >>".encode(),
        f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold {encoding} >>".encode(),
    ]
    for number, content in enumerate(contents):
        stream = content if packed else zlib.compress(content)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {rotate} "
            f"/Resources << /Font << /F 3 0 R /B 4 0 R >> >> "
            f"/Contents {first + 2 * number + 1} 0 R >>".encode()
        )
        head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
        objects.append(head + stream + b"\nendstream")
    return assembled(objects, extra)


def assembled(objects: Sequence[bytes], extra: str = "") -> bytes:
    """A PDF of these objects, the first of which is the catalogue."""
    data = b"%PDF-1.7\n"
    offsets = []
    for number, item in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + item + b"\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {extra} >>\n"
    return data + f"{trailer}startxref\n{start}\n%%EOF\n".encode()


def _content(marks: Sequence[Mark]) -> bytes:
    parts = []
    for mark in marks:
        if isinstance(mark, Rule):
            line = f"{mark.x0} {HEIGHT - mark.y0} m {mark.x1} {HEIGHT - mark.y1} l S"
            parts.append(f"0.5 w {line}".encode())
        else:
            words = mark.words.encode("cp1252")
            escaped = b"".join(b"\\" + bytes([b]) if b in b"()\\" else bytes([b]) for b in words)
            font = "B" if mark.bold else "F"
            place = f"1 0 0 1 {mark.x} {HEIGHT - mark.y} Tm"
            parts.append(f"BT /{font} {mark.size} Tf {place} (".encode() + escaped + b") Tj ET")
    return b"\n".join(parts)
