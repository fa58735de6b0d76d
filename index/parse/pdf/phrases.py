"""What stands in the rows of a page: pieces of text that belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.parse.marks import is_grade
from index.parse.pdf.glyphs import Piece

_SAME_ROW, _SMALL, _RAISED_GAP = 0.3, 0.8, 1.5
_MARKER_GAP, _PHRASE_GAP, _APART = 5.0, 0.55, 3.0
ALONE = re.compile(
    r"\(?(\d{1,3}|[a-z]|[ivx]{1,4})[.)]|\d{1,2}(\.\d{1,3}){1,3}\.?|[RS]\d{1,3}|[^\w\s]|o"
)
"""A bullet or the number of an item or a paragraph, with nothing behind it."""


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
            alone = len(last) == 1 and (last[0].symbol or ALONE.fullmatch(last[0].text))
            reach = _MARKER_GAP if alone else _RAISED_GAP if raised else _PHRASE_GAP
            label = last[-1].text.endswith(":") and not piece.text.endswith(":")
            if gap <= reach or label:
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
    """A row cut where much more than a space stands between two phrases; a grade ends no label."""
    parts: list[list[Phrase]] = []
    for phrase in row:
        last = parts[-1][-1] if parts else None
        if last is not None and phrase.left - last.right < _APART * phrase.size:
            parts[-1].append(phrase)
        else:
            parts.append([phrase])
    if len(parts) == 2 and is_grade(_text(parts[1])) and not is_grade(_text(parts[0])):
        return [[labelled(*parts)]]
    return parts


def labelled(label: Sequence[Phrase], value: Sequence[Phrase]) -> Phrase:
    """A label and its value as one phrase."""
    before = [piece for phrase in label for piece in phrase.pieces]
    after = [piece for phrase in value for piece in phrase.pieces]
    bare = not before[-1].text.endswith((":", "?"))
    return Phrase([*before, *after], len(before) if bare else 0)


def _text(phrases: Sequence[Phrase]) -> str:
    return " ".join(phrase.text for phrase in phrases)
