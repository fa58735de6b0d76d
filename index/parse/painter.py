"""The child process that paints one page of a PDF: ``python -m index.parse.painter``.

Standard input holds a line of JSON (limits, page from 1, width in pixels) and then the file's
bytes. Standard output gets the page as a PNG image.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from typing import Any

from index.parse.limits import ReaderLimits
from index.parse.reader import confine


def main() -> None:
    """Paint the page under the limits; a page that cannot be painted ends this process."""
    job = json.loads(sys.stdin.buffer.readline())
    confine(ReaderLimits(**job["limits"]))
    sys.stdout.buffer.write(painted(sys.stdin.buffer.read(), job["page"], job["width"]))


def painted(data: bytes, page: int, width: int) -> bytes:
    """A page as PNG, ``width`` pixels wide; a very long one is narrower, at most 4 times as high.

    Raises PdfiumError for a damaged file, IndexError for a page that is not there.
    """
    import pypdfium2 as pdfium

    paper = pdfium.PdfDocument(data)[page - 1]
    across, down = paper.get_size()
    scale = min(width / across, 4 * width / down)
    bitmap = paper.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    return png(bitmap.to_numpy())


def png(pixels: Any) -> bytes:
    """Pixels of shape (height, width, 3), red, green and blue from 0 to 255, as a PNG file."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
        for name, part in parts
    )


if __name__ == "__main__":
    main()
