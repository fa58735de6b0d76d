"""Pieces of text into lines in reading order: columns one after the other, rows from left to right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.parse.marks import is_grade
from index.parse.pdf.glyphs import Piece

_SAME_ROW, _SMALL, _RAISED = 0.3, 0.8, 0.12
_SPACE, _GUTTER, _MARKER_GAP, _PHRASE_GAP = 0.12, 0.8, 5.0, 0.55
_FEWEST, _FEWEST_TOGETHER, _DEEPEST, _APART, _HEAD_GAP = 2, 5, 6, 3.0, 3.0
_ALIGNED, _INDENT, _PROSE_LINES, _RAGGED, _NEAR, _LOOSER = 1.5, 0.3, 4, 0.15, 1.7, 1.1
_ALONE = re.compile(r"\(?(\d{1,3}|[a-z]|[ivx]{1,4})[.)]|[^\w\s]|o")
_VALUE = re.compile(r"[£$€]?\d[\d,.]*\s?(%|per cent|m|bn)?|yes|no|n/a|met|not met", re.IGNORECASE)
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


@dataclass(slots=True)
class _Phrase:
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


def ordered_lines(pieces: Sequence[Piece], page: int, first_region: int = 0) -> list[Line]:
    """The lines of a page or of a cell, in reading order.

    Text in columns is read a column at a time; labels with values beside them ("Inspection
    dates: ...") are read a row at a time.
    """
    phrases = [phrase for row in _rows(pieces) for phrase in _phrases(row)]
    regions: list[list[Line]] = []
    for number, region in enumerate(_regions(phrases, 0), first_region):
        rows = [
            _line(part, page, number) for row in _rows_of(region) for part in _far_apart(row)
        ]
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
    return steps[len(steps) // 4] if len(steps) > _FEWEST_TOGETHER else 0.0


def _rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces on one base line, or raised a little above it, together; from the top down."""
    rows: list[tuple[float, float, list[Piece]]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.size):
        for base, size, members in rows:
            raised = piece.size < _SMALL * size and -0.2 * size < base - piece.base < 0.7 * size
            if abs(piece.base - base) <= _SAME_ROW * size or raised:
                members.append(piece)
                break
        else:
            rows.append((piece.base, piece.size, [piece]))
    rows.sort(key=lambda row: row[0])
    return [sorted(members, key=lambda piece: piece.left) for _, _, members in rows]


def _phrases(row: Sequence[Piece]) -> list[_Phrase]:
    """A row cut where there is more than a space between two pieces.

    A bullet or number stays with what follows it, and a label with its value.
    """
    groups: list[list[Piece]] = []
    for piece in row:
        last = groups[-1] if groups else None
        if last is not None:
            gap = (piece.left - last[-1].right) / max(piece.size, last[-1].size)
            alone = len(last) == 1 and (last[0].symbol or _ALONE.fullmatch(last[0].text))
            reach = _MARKER_GAP if alone else _PHRASE_GAP
            if gap <= reach or last[-1].text.endswith(":"):
                last.append(piece)
                continue
        groups.append([piece])
    return [_Phrase(group) for group in groups]


def _rows_of(phrases: Sequence[_Phrase]) -> list[list[_Phrase]]:
    rows: list[list[_Phrase]] = []
    for phrase in sorted(phrases, key=lambda phrase: phrase.base):
        last = rows[-1][0] if rows else None
        if last and abs(phrase.base - last.base) <= _SAME_ROW * max(phrase.size, last.size):
            rows[-1].append(phrase)
        else:
            rows.append([phrase])
    return [sorted(row, key=lambda phrase: phrase.left) for row in rows]


def _far_apart(row: Sequence[_Phrase]) -> list[list[_Phrase]]:
    """A row cut where much more than a space stands between two phrases."""
    parts: list[list[_Phrase]] = []
    for phrase in row:
        last = parts[-1][-1] if parts else None
        if last is not None and phrase.left - last.right < _APART * phrase.size:
            parts[-1].append(phrase)
        else:
            parts.append([phrase])
    return parts


def _regions(phrases: Sequence[_Phrase], depth: int) -> list[list[_Phrase]]:
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
        return _regions([*rest, *_paired(left, right)], depth + 1)
    upper, lower = min(p.base for p in (*left, *right)), max(p.base for p in (*left, *right))
    taken = {id(phrase) for phrase in (*left, *right)}
    rest = [phrase for phrase in phrases if id(phrase) not in taken]
    return [
        *_regions([phrase for phrase in rest if phrase.base < (upper + lower) / 2], depth + 1),
        *_regions(left, depth + 1),
        *_regions(right, depth + 1),
        *_regions([phrase for phrase in rest if phrase.base >= (upper + lower) / 2], depth + 1),
    ]


def _columns(phrases: Sequence[_Phrase]) -> tuple[list[_Phrase], list[_Phrase]] | None:
    """The largest run of rows with text on both sides of a gutter that nothing crosses."""
    best: tuple[list[_Phrase], list[_Phrase]] | None = None
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
    left: list[_Phrase], right: list[_Phrase], phrases: Sequence[_Phrase]
) -> tuple[list[_Phrase], list[_Phrase]]:
    """The columns with the headings that stand above both of them, side by side."""
    upper = min(phrase.base for phrase in (*left, *right))
    for row in reversed(_rows_of([phrase for phrase in phrases if phrase.base < upper])):
        first, last = row[0], row[-1]
        near = upper - last.base <= _HEAD_GAP * last.size
        above = last.left < max(p.right for p in right) and last.right > min(p.left for p in right)
        beside = last.left - first.right > _GUTTER * last.size and first.left < right[0].left
        if len(row) == 2 and near and above and beside:
            return [first, *left], [last, *right]
        break
    return left, right


def _beside(left: Sequence[_Phrase], right: Sequence[_Phrase]) -> list[_Phrase]:
    """What of the left column stands beside the right one, or goes on below without a gap."""
    upper, lower = min(p.base for p in right), max(p.base for p in right)
    found: list[_Phrase] = []
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


def _are_columns(left: Sequence[_Phrase], right: Sequence[_Phrase]) -> bool:
    if len(left) < _FEWEST or len(left) + len(right) < _FEWEST_TOGETHER:
        return False
    size = max(phrase.size for phrase in (*left, *right))
    gutter = min(phrase.left for phrase in right) - max(phrase.right for phrase in left)
    if gutter < _GUTTER * size:
        return False
    starts = [row[0].left for row in _rows_of(right)]
    level = sum(start - min(starts) <= _INDENT * size for start in starts)
    if 2 * level < len(starts):
        return False
    return not all(_ALONE.fullmatch(phrase.text) for phrase in left)


def _is_read_by_row(left: Sequence[_Phrase], right: Sequence[_Phrase]) -> bool:
    """Whether the left side has the labels of the values on the right."""
    values = sum(bool(is_grade(p.text) or _VALUE.fullmatch(p.text)) for p in right)
    labels = sum(phrase.text.endswith(":") for phrase in left)
    return 2 * values > len(right) or 2 * labels > len(left)


def _paired(left: Sequence[_Phrase], right: Sequence[_Phrase]) -> list[_Phrase]:
    """Each value with the label it stands beside; a label of several lines whole before it."""
    rows = _rows_of([*left, *right])
    sides = {id(phrase) for phrase in right}
    found: list[_Phrase] = []
    for row in rows:
        values = [phrase for phrase in row if id(phrase) in sides]
        labels = [phrase for phrase in row if id(phrase) not in sides]
        if values and labels:
            label = [piece for phrase in labels for piece in phrase.pieces]
            value = [piece for phrase in values for piece in phrase.pieces]
            bare = not label[-1].text.endswith(":")
            found.append(_Phrase([*label, *value], len(label) if bare else 0))
        else:
            found += row
    return found


def _line(row: Sequence[_Phrase], page: int, region: int) -> Line:
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
