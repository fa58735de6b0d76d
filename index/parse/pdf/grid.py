"""Tables by their drawn lines: the lines into grids, the pieces of text into cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.parse.pdf.glyphs import Piece

Rule = tuple[float, float, float, float]
_THIN, _SHORTEST, _TOUCH, _FRAME = 3.0, 6.0, 3.0, 24.0
_MOST_RULES = 4000


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns' and rows' borders of a table, and the pieces in each of its cells.

    A cell that spans several columns or rows holds its pieces in the first of them; the others
    are None.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[tuple[tuple[Piece, ...] | None, ...], ...]

    @property
    def top(self) -> float:
        return self.ys[0]


def find_grids(rules: Sequence[Rule], pieces: Sequence[Piece]) -> tuple[list[Grid], list[Piece]]:
    """The tables of a page that have two columns or more, and the pieces outside them."""
    grids: list[Grid] = []
    rest = list(pieces)
    for group in _connected(_edges(rules)):
        across = [rule for rule in group if _is_flat(rule)]
        down = [rule for rule in group if not _is_flat(rule)]
        xs = _clusters([(rule[0] + rule[2]) / 2 for rule in down])
        ys = _clusters([(rule[1] + rule[3]) / 2 for rule in across])
        if len(xs) < 3 or len(ys) < 2:
            continue
        inside = [piece for piece in rest if _inside(piece, xs, ys)]
        cells = _cells(inside, xs, ys, across, down)
        if sum(any(cell for cell in row[1:]) for row in cells) and inside:
            grids.append(Grid(tuple(xs), tuple(ys), cells))
            kept = {id(piece) for piece in inside}
            rest = [piece for piece in rest if id(piece) not in kept]
    return grids, rest


def bars(rules: Sequence[Rule]) -> list[Rule]:
    """The level lines, and the upper and lower sides of frames that hold more than one line."""
    found: list[Rule] = []
    for left, top, right, bottom in rules[:_MOST_RULES]:
        if right - left >= _SHORTEST and bottom - top <= _THIN:
            found.append((left, top, right, bottom))
        elif right - left >= _SHORTEST and bottom - top >= _FRAME:
            found += [(left, top, right, top), (left, bottom, right, bottom)]
    return found


def sides(rules: Sequence[Rule]) -> list[Rule]:
    """The upright lines, and the left and right sides of frames."""
    return [edge for edge in _edges(rules) if not _is_flat(edge)]


def _edges(rules: Sequence[Rule]) -> list[Rule]:
    """The thin lines, and the four sides of every frame; none of a drawing with thousands."""
    edges: list[Rule] = []
    for left, top, right, bottom in rules[:_MOST_RULES]:
        if bottom - top <= _THIN or right - left <= _THIN:
            edges.append((left, top, right, bottom))
        else:
            edges += [(left, top, right, top), (left, bottom, right, bottom)]
            edges += [(left, top, left, bottom), (right, top, right, bottom)]
    return edges if len(rules) <= _MOST_RULES else []


def _is_flat(rule: Rule) -> bool:
    return rule[2] - rule[0] >= rule[3] - rule[1]


def _connected(edges: Sequence[Rule]) -> list[list[Rule]]:
    """Lines that touch, directly or by others, together; from the top of the page down."""
    ordered = sorted(edges, key=lambda edge: edge[1])
    group = list(range(len(ordered)))

    def head(place: int) -> int:
        while group[place] != place:
            group[place] = place = group[group[place]]
        return place

    near: list[int] = []
    for place, edge in enumerate(ordered):
        near = [one for one in near if ordered[one][3] >= edge[1] - _TOUCH]
        for one in near:
            if _touch(edge, ordered[one]):
                group[head(place)] = head(one)
        near.append(place)
    found: dict[int, list[Rule]] = {}
    for place, edge in enumerate(ordered):
        found.setdefault(head(place), []).append(edge)
    return list(found.values())


def _touch(a: Sequence[float], b: Sequence[float]) -> bool:
    across = a[0] <= b[2] + _TOUCH and b[0] <= a[2] + _TOUCH
    return across and a[1] <= b[3] + _TOUCH and b[1] <= a[3] + _TOUCH


def _clusters(values: Sequence[float]) -> list[float]:
    """The distinct values, near ones taken together."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SHORTEST:
            found.append(value)
    return found


def _inside(piece: Piece, xs: Sequence[float], ys: Sequence[float]) -> bool:
    middle = (piece.top + piece.bottom) / 2
    return xs[0] - _TOUCH <= piece.left and piece.left < xs[-1] and ys[0] <= middle <= ys[-1]


def _cells(
    pieces: Sequence[Piece],
    xs: Sequence[float],
    ys: Sequence[float],
    across: Sequence[Rule],
    down: Sequence[Rule],
) -> tuple[tuple[tuple[Piece, ...] | None, ...], ...]:
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = {(row, column): (row, column) for row in range(rows) for column in range(columns)}
    for row in range(rows):
        middle = (ys[row] + ys[row + 1]) / 2
        for column in range(1, columns):
            if not any(_crosses(rule, xs[column], middle, vertical=True) for rule in down):
                owner[row, column] = owner[row, column - 1]
    for row in range(1, rows):
        for column in range(columns):
            middle = (xs[column] + xs[column + 1]) / 2
            if owner[row, column] == (row, column) and not any(
                _crosses(rule, ys[row], middle, vertical=False) for rule in across
            ):
                owner[row, column] = owner[row - 1, column]
    held: dict[tuple[int, int], list[Piece]] = {cell: [] for cell in set(owner.values())}
    for piece in pieces:
        middle = (piece.top + piece.bottom) / 2
        row = max(at for at in range(rows) if not at or ys[at] <= middle)
        column = max(at for at in range(columns) if not at or xs[at] - _TOUCH <= piece.left)
        held[owner[row, column]].append(piece)
    return tuple(
        tuple(
            tuple(held[row, column]) if (row, column) in held else None for column in range(columns)
        )
        for row in range(rows)
    )


def _crosses(rule: Rule, at: float, middle: float, *, vertical: bool) -> bool:
    """Whether a line lies at ``at`` and passes ``middle``."""
    left, top, right, bottom = rule if vertical else (rule[1], rule[0], rule[3], rule[2])
    return abs((left + right) / 2 - at) <= _SHORTEST and top - _TOUCH <= middle <= bottom + _TOUCH
