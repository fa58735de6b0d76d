"""Running headers, footers and page numbers: what recurs at the edges of a report's pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.parse.marks import is_kept
from index.parse.pdf.glyphs import Page, Piece

_NEAR = 24.0
_LONGEST = 160
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a piece of text stands: its height on a page, the page's number, the piece's id."""

    height: float
    page: int
    piece: int


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without what recurs above and below their content.

    A piece recurs where the same words, numbers aside, stand at the same height of three pages
    or more (of both, where there are two). It is furniture only where nothing that does not
    recur stands further out.
    """
    recurring = _recurring(pages)
    return [
        replace(page, pieces=_content(page, [id(piece) in recurring for piece in page.pieces]))
        for page in pages
    ]


def _recurring(pages: Sequence[Page]) -> set[int]:
    """The ids of the pieces that recur, measured from the upper edge or from the lower one."""
    seen: dict[str, list[_Place]] = defaultdict(list)
    for page in pages:
        for piece in page.pieces:
            if len(piece.text) <= _LONGEST and not is_kept(piece.text):
                key = re.sub(r"\d+|\b[ivxl]+\b", "#", piece.text.casefold())
                seen[f"{key}\0above"].append(_Place(piece.base, page.number, id(piece)))
                down = page.height - piece.base
                seen[f"{key}\0below"].append(_Place(down, page.number, id(piece)))
    needed = min(_FEWEST, max(len(pages), 2))
    return {
        place.piece
        for places in seen.values()
        for group in _levels(places)
        if len({place.page for place in group}) >= needed
        for place in group
    }


def _levels(places: Sequence[_Place]) -> list[list[_Place]]:
    """Places at about the same height together."""
    groups: list[list[_Place]] = []
    for place in sorted(places, key=lambda place: place.height):
        if groups and place.height - groups[-1][-1].height <= _NEAR:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _content(page: Page, recurs: Sequence[bool]) -> list[Piece]:
    """The pieces of a page between its header and its footer."""
    own = [piece for piece, again in zip(page.pieces, recurs, strict=True) if not again]
    if not own:
        return []
    upper = min(piece.top for piece in own)
    lower = max(piece.bottom for piece in own)
    return [
        piece
        for piece, again in zip(page.pieces, recurs, strict=True)
        if not (again and (piece.bottom <= upper + 1 or piece.top >= lower - 1))
    ]
