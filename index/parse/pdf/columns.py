"""Text in columns: what stands side by side on a page, and in which order it is read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from index.parse.marks import bullet_marker, is_grade
from index.parse.pdf.phrases import ALONE, Phrase, labelled, rows_of

_GUTTER, _WIDE_GUTTER, _MANY, _HEAD_GAP = 0.8, 1.2, 4, 3.0
_FEWEST, _FEWEST_TOGETHER, _DEEPEST = 2, 5, 6
_ALIGNED, _INDENT, _NEAR, _LOOSER, _LIST_INDENT = 1.5, 0.3, 1.7, 1.1, 4.0
_VALUE = re.compile(r"[£$€]?\d[\d,.]*\s?(%|per cent|m|bn)?|yes|no|n/a|met|not met", re.IGNORECASE)


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
    for at in _edges(phrases):
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


def _edges(phrases: Sequence[Phrase]) -> list[float]:
    """The left edges that phrases share, or that one has which a list follows indented.

    The leftmost is none.
    """
    ordered = sorted(phrase.left for phrase in phrases)
    indents = sorted(phrase.left for phrase in phrases if _hang(phrase) is not None)
    found = [ordered[0]]
    for place, at in enumerate(ordered):
        shared = place + 1 < len(ordered) and ordered[place + 1] - at <= _ALIGNED
        if at - found[-1] > _ALIGNED and (shared or _leads(phrases[0].size, at, indents)):
            found.append(at)
    return found[1:]


def _leads(size: float, at: float, indents: Sequence[float]) -> bool:
    """Whether bullets stand a little right of an edge."""
    place = bisect_right(indents, at + _ALIGNED)
    return place < len(indents) and indents[place] - at <= _LIST_INDENT * size


def _hang(phrase: Phrase) -> float | None:
    """Where the words of an item stand behind its bullet or number; None for other phrases."""
    first = phrase.pieces[0]
    if len(phrase.pieces) > 1 and (first.symbol or ALONE.fullmatch(first.text)):
        return phrase.pieces[1].left
    marker = bullet_marker(first.text)
    return first.edges[marker.length] if marker is not None else None


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
    opens = sorted((row[0] for row in rows_of(right)), key=lambda phrase: phrase.left)
    starts = [phrase.left for phrase in opens]
    edge = sum(start - starts[0] <= _INDENT * size for start in starts)
    indented = len(starts) - edge - len(_ragged(starts[edge:]))
    listed = edge < _FEWEST and _is_list(opens[edge:])
    if not listed and (edge < _FEWEST or 2 * (edge + indented) < len(starts)):
        return False
    return not all(ALONE.fullmatch(phrase.text) for phrase in left)


def _is_list(opens: Sequence[Phrase]) -> bool:
    """Whether rows, by their first phrases, open items or stand where those hang."""
    hangs = [hang for phrase in opens if (hang := _hang(phrase)) is not None]
    return bool(hangs) and all(
        _hang(phrase) is not None or any(abs(phrase.left - hang) <= _ALIGNED for hang in hangs)
        for phrase in opens
    )


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
            found.append(labelled(labels, values))
        else:
            found += row
    return found
