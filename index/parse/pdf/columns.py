"""Text in columns: the rows of a page, what stands side by side in them, and in which order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.parse.marks import is_grade
from index.parse.pdf.glyphs import Piece

_SAME_ROW, _SMALL = 0.3, 0.8
_GUTTER, _MARKER_GAP, _PHRASE_GAP, _APART, _HEAD_GAP = 0.8, 5.0, 0.55, 3.0, 3.0
_RAISED_GAP, _WIDE_GUTTER, _MANY = 1.5, 1.2, 4
_FEWEST, _FEWEST_TOGETHER, _DEEPEST = 2, 5, 6
_ALIGNED, _INDENT, _NEAR, _LOOSER = 1.5, 0.3, 1.7, 1.1
_ALONE = re.compile(r"\(?(\d{1,3}|[a-z]|[ivx]{1,4})[.)]|[^\w\s]|o")
_VALUE = re.compile(r"[£$€]?\d[\d,.]*\s?(%|per cent|m|bn)?|yes|no|n/a|met|not met", re.IGNORECASE)


@dataclass(slots=True)
class Phrase:
    """Pieces of one row that belong together; from ``value_at`` on, unless 0, they are the value
    of a label that lacks its colon."""

    pieces: list[Piece]
    value_at: int = 0
    left: float = field(init=False)
    right: float = field(init=False)
    base: float = field(init=False)
    size: float = field(init=False)

    def __post_init__(self) -> None:
        widest = max(self.pieces, key=lambda piece: piece.right - piece.left)
        self.left = min(piece.left for piece in self.pieces)
        self.right = max(piece.right for piece in self.pieces)
        self.base, self.size = widest.base, widest.size

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)


def pieces_by_row(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces on one base line, or raised a little beside one, together; from the top down."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.size):
        row = next((row for row in rows if _shares_row(piece, row)), None)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    rows.sort(key=lambda row: row[0].base)
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


def _shares_row(piece: Piece, row: Sequence[Piece]) -> bool:
    """Whether a piece stands in a row of pieces that are as large or larger."""
    first = row[0]
    above = first.base - piece.base
    if abs(above) <= _SAME_ROW * piece.size:
        return True
    if piece.size >= _SMALL * first.size or not -0.2 < above / first.size < 0.7:
        return False
    near = _RAISED_GAP * piece.size
    return any(
        abs(piece.left - other.right) <= near or abs(other.left - piece.right) <= near
        for other in row
    )


def phrases_of(row: Sequence[Piece]) -> list[Phrase]:
    """A row cut where there is more than a space between two pieces.

    A bullet or number stays with what follows it, and a label with its value.
    """
    groups: list[list[Piece]] = []
    for piece in row:
        last = groups[-1] if groups else None
        if last is not None:
            raised = piece.size < _SMALL * last[-1].size
            size = piece.size if raised else max(piece.size, last[-1].size)
            gap = (piece.left - last[-1].right) / size
            alone = len(last) == 1 and (last[0].symbol or _ALONE.fullmatch(last[0].text))
            reach = _MARKER_GAP if alone else _RAISED_GAP if raised else _PHRASE_GAP
            if gap <= reach or last[-1].text.endswith(":"):
                last.append(piece)
                continue
        groups.append([piece])
    return [Phrase(group) for group in groups]


def rows_of(phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    """Phrases on one base line together, from the top down, each row from left to right."""
    rows: list[list[Phrase]] = []
    for phrase in sorted(phrases, key=lambda phrase: phrase.base):
        last = rows[-1][0] if rows else None
        if last and abs(phrase.base - last.base) <= _SAME_ROW * max(phrase.size, last.size):
            rows[-1].append(phrase)
        else:
            rows.append([phrase])
    return [sorted(row, key=lambda phrase: phrase.left) for row in rows]


def far_apart(row: Sequence[Phrase]) -> list[list[Phrase]]:
    """A row cut where much more than a space stands between two phrases."""
    parts: list[list[Phrase]] = []
    for phrase in row:
        last = parts[-1][-1] if parts else None
        if last is not None and phrase.left - last.right < _APART * phrase.size:
            parts[-1].append(phrase)
        else:
            parts.append([phrase])
    return parts


def regions_of(phrases: Sequence[Phrase], depth: int = 0) -> list[list[Phrase]]:
    """Runs of phrases that are read from the top down, in reading order."""
    if not phrases:
        return []
    columns = _columns(phrases) if depth < _DEEPEST else None
    if columns is None:
        return [list(phrases)]
    left, right = columns
    if _is_read_by_row(left, right):
        taken = {id(phrase) for phrase in (*left, *right)}
        rest = [phrase for phrase in phrases if id(phrase) not in taken]
        return regions_of([*rest, *_paired(left, right)], depth + 1)
    upper, lower = min(p.base for p in (*left, *right)), max(p.base for p in (*left, *right))
    taken = {id(phrase) for phrase in (*left, *right)}
    rest = [phrase for phrase in phrases if id(phrase) not in taken]
    return [
        *regions_of([phrase for phrase in rest if phrase.base < (upper + lower) / 2], depth + 1),
        *regions_of(left, depth + 1),
        *regions_of(right, depth + 1),
        *regions_of([phrase for phrase in rest if phrase.base >= (upper + lower) / 2], depth + 1),
    ]


def _columns(phrases: Sequence[Phrase]) -> tuple[list[Phrase], list[Phrase]] | None:
    """The largest run of rows with text on both sides of a gutter that nothing crosses."""
    best: tuple[list[Phrase], list[Phrase]] | None = None
    for at in _aligned([phrase.left for phrase in phrases]):
        gutter = at - _ALIGNED
        across = sorted(p.base for p in phrases if p.left < gutter < p.right)
        beside = [p for p in phrases if not p.left < gutter < p.right]
        for upper, lower in zip([float("-inf"), *across], [*across, float("inf")], strict=True):
            band = [phrase for phrase in beside if upper < phrase.base < lower]
            right = [phrase for phrase in band if phrase.left >= gutter]
            if len(right) < _FEWEST:
                continue
            left = _beside([phrase for phrase in band if phrase.right <= gutter], right)
            if not _are_columns(left, right):
                continue
            if best is None or len(left) + len(right) > len(best[0]) + len(best[1]):
                best = left, right
    return best and _with_heads(*best, phrases)


def _aligned(lefts: Sequence[float]) -> list[float]:
    """The left edges that phrases share, but for the leftmost."""
    ordered = sorted(lefts)
    shared = [a for a, b in pairwise(ordered) if b - a <= _ALIGNED]
    return [a for before, a in pairwise([ordered[0], *shared]) if a - before > _ALIGNED]


def _with_heads(
    left: list[Phrase], right: list[Phrase], phrases: Sequence[Phrase]
) -> tuple[list[Phrase], list[Phrase]]:
    """The columns with the headings that stand above both of them, side by side."""
    upper = min(phrase.base for phrase in (*left, *right))
    for row in reversed(rows_of([phrase for phrase in phrases if phrase.base < upper])):
        first, last = row[0], row[-1]
        near = upper - last.base <= _HEAD_GAP * last.size
        above = last.left < max(p.right for p in right) and last.right > min(p.left for p in right)
        beside = last.left - first.right > _GUTTER * last.size and first.left < right[0].left
        if len(row) == 2 and near and above and beside:
            return [first, *left], [last, *right]
        break
    return left, right


def _beside(left: Sequence[Phrase], right: Sequence[Phrase]) -> list[Phrase]:
    """What of the left column stands beside the right one, or goes on below without a gap."""
    upper, lower = min(p.base for p in right), max(p.base for p in right)
    found: list[Phrase] = []
    usual = 0.0
    for phrase in sorted(left, key=lambda phrase: phrase.base):
        if phrase.base < upper - 0.5 * phrase.size:
            continue
        step = phrase.base - found[-1].base if found else 0.0
        near = found and step <= max(_NEAR * phrase.size, _LOOSER * usual)
        if phrase.base <= lower + 0.5 * phrase.size or near:
            usual = max(usual, step)
            found.append(phrase)
    return found


def _are_columns(left: Sequence[Phrase], right: Sequence[Phrase]) -> bool:
    rows, beside = len(rows_of(left)), len(rows_of(right))
    if min(rows, beside) < _FEWEST or rows + beside < _FEWEST_TOGETHER:
        return False
    size = max(phrase.size for phrase in (*left, *right))
    gutter = min(phrase.left for phrase in right) - max(phrase.right for phrase in left)
    if gutter < size * (_GUTTER if min(rows, beside) >= _MANY else _WIDE_GUTTER):
        return False
    # Rows begin at the edge of the column, or with others of a list at its indentation.
    starts = sorted(row[0].left for row in rows_of(right))
    edge = sum(start - starts[0] <= _INDENT * size for start in starts)
    indented = len(starts) - edge - len(_ragged(starts[edge:]))
    if edge < _FEWEST or 2 * (edge + indented) < len(starts):
        return False
    return not all(_ALONE.fullmatch(phrase.text) for phrase in left)


def _ragged(starts: Sequence[float]) -> list[float]:
    """Of sorted left edges those that no other one shares."""
    gaps = [_ALIGNED + 1, *(b - a for a, b in pairwise(starts)), _ALIGNED + 1]
    return [
        start
        for start, before, after in zip(starts, gaps, gaps[1:], strict=False)
        if before > _ALIGNED and after > _ALIGNED
    ]


def _is_read_by_row(left: Sequence[Phrase], right: Sequence[Phrase]) -> bool:
    """Whether the left side has the labels of the values on the right."""
    values = sum(bool(is_grade(p.text) or _VALUE.fullmatch(p.text)) for p in right)
    labels = sum(phrase.text.endswith(":") for phrase in left)
    return 2 * values > len(right) or 2 * labels > len(left)


def _paired(left: Sequence[Phrase], right: Sequence[Phrase]) -> list[Phrase]:
    """Each value with the label it stands beside; a label of several lines whole before it."""
    rows = rows_of([*left, *right])
    sides = {id(phrase) for phrase in right}
    found: list[Phrase] = []
    for row in rows:
        values = [phrase for phrase in row if id(phrase) in sides]
        labels = [phrase for phrase in row if id(phrase) not in sides]
        if values and labels:
            label = [piece for phrase in labels for piece in phrase.pieces]
            value = [piece for phrase in values for piece in phrase.pieces]
            bare = not label[-1].text.endswith(":")
            found.append(Phrase([*label, *value], len(label) if bare else 0))
        else:
            found += row
    return found
