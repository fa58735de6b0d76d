"""How many quotes are the very words that stand in their rectangles on the page.

``python -m eval.places FOLDER`` reads every PDF in a folder and below, takes every sentence and
bullet of each, and compares its words with what a PDF library finds in the rectangles that the
document gives for it. Marks of notes, which are not part of what is read, may stand there too.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pypdfium2

from index.layout import Box
from index.parse import read_report

Verdict = Literal["the same", "with the mark of a note", "other words", "on another page"]
_MARK = r"\d{0,2}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A quote, the page that it is said to begin on, its rectangles and the words in them."""

    page: int | None
    quote: str
    boxes: tuple[Box, ...]
    found: str

    @property
    def verdict(self) -> Verdict:
        """Letters and digits are compared, without regard to case."""
        if self.page not in {box.page for box in self.boxes}:
            return "on another page"
        words, found = map(_letters, self.quote.split()), _letters(self.found)
        if _letters(self.quote) == found:
            return "the same"
        marked = re.fullmatch("".join(word + _MARK for word in words), found)
        return "with the mark of a note" if marked else "other words"


class Pages:
    """The characters of a PDF's pages, upright, and where the middle of each is."""

    def __init__(self, path: Path) -> None:
        self._document = pypdfium2.PdfDocument(path)
        self._pages: dict[int, tuple[str, np.ndarray]] = {}

    def words_in(self, boxes: Sequence[Box]) -> str:
        """What stands in rectangles, in their order, a space between two."""
        return " ".join(self._in(box) for box in boxes)

    def _in(self, box: Box) -> str:
        text, middles = self._page(box.page)
        inside = (middles > (box.x0, box.y0)) & (middles < (box.x1, box.y1))
        return "".join(text[at] for at in np.flatnonzero(inside.all(axis=1)))

    def _page(self, number: int) -> tuple[str, np.ndarray]:
        if number not in self._pages:
            page = self._document[number - 1]
            height, characters = page.get_height(), page.get_textpage()
            count = characters.count_chars()
            text = "".join(characters.get_text_range(at, 1) for at in range(count))
            edges = np.array([characters.get_charbox(at, loose=True) for at in range(count)])
            left, bottom, right, top = edges.reshape(-1, 4).T
            middles = np.stack([(left + right) / 2, height - (bottom + top) / 2], axis=1)
            self._pages[number] = (text, middles)
        return self._pages[number]


def placed(path: Path) -> Iterator[Placed]:
    """Every sentence and bullet of a PDF with the words that stand where it is said to be."""
    document, pages = read_report(path), Pages(path)
    for unit in document.units:
        boxes = document.boxes(unit.start, unit.end)
        yield Placed(unit.page, document.quote(unit), boxes, pages.words_in(boxes))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _judged(path: Path) -> list[tuple[Placed, Verdict]]:
    return [(each, each.verdict) for each in placed(path)]


def main() -> None:
    """Print how many quotes of a folder's PDFs stand where they are said to."""
    paths = sorted(Path(sys.argv[1]).rglob("*.pdf"))
    counts: Counter[Verdict] = Counter()
    with ProcessPoolExecutor() as pool:
        for path, found in zip(paths, pool.map(_judged, paths), strict=True):
            counts.update(verdict for _, verdict in found)
            for each, verdict in found:
                if verdict != "the same":
                    print(
                        f"{path.name}, page {each.page}, {verdict}: {each.quote!r}: {each.found!r}"
                    )
    print(f"{counts.total()} sentences and bullets of {len(paths)} reports")
    for verdict, count in counts.most_common():
        print(f"{count}: {verdict}")


if __name__ == "__main__":
    main()
