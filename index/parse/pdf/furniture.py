"""Running headers, footers and page numbers: what recurs at the edges of a report's pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from index.parse.marks import is_kept
from index.parse.pdf.glyphs import Page, Piece

_NEAR = 16.0
_LONGEST = 160
_FEWEST = 3


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
    seen: dict[str, list[tuple[int, float, float, Piece]]] = defaultdict(list)
    for page in pages:
        for piece in page.pieces:
            if len(piece.text) <= _LONGEST and not is_kept(piece.text):
                key = re.sub(r"\d+|\b[ivxl]+\b", "#", piece.text.casefold())
                seen[key].append((page.number, piece.base, page.height - piece.base, piece))
    needed = min(_FEWEST, max(len(pages), 2))
    found = set()
    for places in seen.values():
        if len({number for number, *_ in places}) < needed:
            continue
        for side in (1, 2):  # measured from the upper edge, and from the lower one
            ordered = sorted(places, key=lambda place: place[side])
            start = 0
            for at, place in enumerate(ordered):
                if at and place[side] - ordered[at - 1][side] > _NEAR:
                    start = at
                group = ordered[start : at + 1]
                if len({number for number, *_ in group}) >= needed:
                    found.update(id(piece) for *_, piece in group)
    return found


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
