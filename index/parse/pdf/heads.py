"""Headings of a PDF: found by size, weight and wording, ranked by how they are set."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.parse.marks import is_date, is_grade
from index.parse.pdf.order import Line

_LARGER, _MOST_LINES, _MOST_CHARACTERS, _MOST_WORDS = 1.08, 5, 220, 34
_ENDINGS = (".", ";", ",")
_DEEPEST = 6
_STEP = 0.04


@dataclass(frozen=True, slots=True)
class Body:
    """How a report's running text is set: its size in points, its weight, its line spacing.

    ``pitch`` is the distance of two base lines as a multiple of the size.
    """

    size: float
    bold: bool
    pitch: float


def body_type(lines: Sequence[Line]) -> Body:
    """The type that most characters are set in."""
    counted: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        counted[line.size, line.bold] += len(line.text)
    (size, bold), _ = counted.most_common(1)[0] if counted else ((12.0, False), 0)
    steps = Counter(
        round((after.base - before.base) / size, 2)
        for before, after in pairwise(lines)
        if (before.page, before.region) == (after.page, after.region)
        and before.size == after.size == size
        and 0.8 * size < after.base - before.base < 2.5 * size
    )
    return Body(size, bold, steps.most_common(1)[0][0] if steps else 1.2)


def stands_out(line: Line, body: Body) -> bool:
    """Whether a line is set larger than the running text, or in bold type among plain."""
    return line.size >= _LARGER * body.size or (
        line.bold and not body.bold and line.size >= 0.95 * body.size
    )


def same_type(line: Line, other: Line) -> bool:
    return line.bold == other.bold and abs(line.size - other.size) <= _STEP * other.size


def is_heading(lines: Sequence[Line], body: Body) -> bool:
    """Whether lines in a row that stand out have the words of a heading."""
    words = " ".join(line.text for line in lines)
    if len(lines) > _MOST_LINES or len(words) > _MOST_CHARACTERS:
        return False
    if len(words.split()) > _MOST_WORDS or not any(map(str.isalpha, words)):
        return False
    if words.endswith(_ENDINGS) or is_grade(words) or is_date(words):
        return False
    large = lines[0].size >= _LARGER * body.size
    return large or not (words.endswith(":") or re.match(r"[a-z]", words))


@dataclass(frozen=True, slots=True)
class Style:
    """How a heading is set, and where it first stands."""

    size: float
    bold: bool
    page: int


def levels(styles: Sequence[Style]) -> list[int]:
    """The level of each heading: 1 the title, then 2 and on by size and weight.

    The title is the first of the largest headings of the first two pages.
    """
    if not styles:
        return []
    front = [style for style in styles if style.page <= max(styles[0].page, 2)]
    largest = max(style.size for style in front)
    title = next(at for at, style in enumerate(styles) if style.size >= largest * (1 - _STEP))
    others = [style for at, style in enumerate(styles) if at != title]
    sizes: list[float] = []
    for size in sorted({style.size for style in others}, reverse=True):
        if not sizes or size < sizes[-1] * (1 - _STEP):
            sizes.append(size)

    def rank(style: Style) -> tuple[int, bool]:
        nearest = min(range(len(sizes)), key=lambda at: abs(sizes[at] - style.size))
        return nearest, not style.bold

    ranks = sorted({rank(style) for style in others})
    return [
        1 if at == title else min(2 + ranks.index(rank(style)), _DEEPEST)
        for at, style in enumerate(styles)
    ]
