"""The drafts of blocks into sections with their paths, and blocks with their lists and lead-ins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.parse.outline import Draft
from index.parse.units import sentences
from index.types import Block, Section, Span

_DEEPEST = 6


def sections_of(text: str, title: str, drafts: Sequence[Draft]) -> tuple[Section, ...]:
    """A section a heading; content before any heading gets one under the document's title."""
    openings = [draft for place, draft in enumerate(drafts) if not place or _heads(draft)]
    ends = [*(draft.start for draft in openings[1:]), len(text)]
    sections: list[Section] = []
    above: list[tuple[int, str]] = []
    for draft, end in zip(openings, ends, strict=False):
        level, name = 1, title
        path: tuple[str, ...] = (title,)
        if _heads(draft):
            level, name = draft.level, " ".join(text[draft.start : draft.end].split())
            above = [item for item in above if item[0] < level]
            path = (*(item[1] for item in above), name)
            if path[0] != title:
                path = (title, *path)
            # The report's own heading stands in paths by the title that it is known under.
            above.append((level, title if level == 1 and not sections else name))
        sections.append(Section(name, level, path, draft.start, end, draft.first.page))
    return tuple(sections)


def _heads(draft: Draft) -> bool:
    return draft.kind == "heading"


def blocks_of(text: str, drafts: Sequence[Draft]) -> tuple[Block, ...]:
    """A block a draft, with its section; bullets with their list, its lead-in and their depth."""
    blocks: list[Block] = []
    section = -1
    bullets = _List(text)
    for number, draft in enumerate(drafts):
        section += _heads(draft) or not blocks
        block = Block(
            draft.kind, draft.start, draft.end, section, draft.level, page=draft.first.page
        )
        if draft.kind == "bullet":
            block = bullets.place(block, draft, number, blocks[-1] if blocks else None)
        blocks.append(block)
    return tuple(blocks)


@dataclass(frozen=True, slots=True)
class _Depth:
    """An open level of a list: how its bullets are set, and what introduces them."""

    indent: int
    rank: int
    lead_in: Span | None


@dataclass
class _List:
    """The list that is open: its levels, the outermost first."""

    text: str
    list_id: int = 0
    depths: list[_Depth] = field(default_factory=list)

    def place(self, block: Block, draft: Draft, number: int, previous: Block | None) -> Block:
        """The bullet with its list, lead-in and depth, by its indent and its kind of marker."""
        indent, rank = draft.first.indent, draft.marker.rank if draft.marker else 0
        if previous is None or previous.kind != "bullet":
            lead_in = _introduction(self.text, previous) if previous else None
            self.list_id, self.depths = number, [_Depth(indent, rank, lead_in)]
        else:
            while len(self.depths) > 1 and _inside(self.depths[-1], indent, rank):
                self.depths.pop()
            last = self.depths[-1]
            deeper = _inside(_Depth(indent, rank, None), last.indent, last.rank)
            if deeper and len(self.depths) < _DEEPEST:
                lead_in = _introduction(self.text, previous) or last.lead_in
                self.depths.append(_Depth(indent, rank, lead_in))
        depth = len(self.depths) - 1
        return replace(block, list_id=self.list_id, level=depth, lead_in=self.depths[-1].lead_in)


def _inside(depth: _Depth, indent: int, rank: int) -> bool:
    """Whether a level stands inside one of this indent and rank; one space is no indent."""
    if abs(depth.indent - indent) > 1:
        return depth.indent > indent
    return depth.rank > rank


def _introduction(text: str, block: Block) -> Span | None:
    """The last sentence of a paragraph or bullet that ends with a colon."""
    if block.kind not in ("paragraph", "bullet") or text[block.end - 1] != ":":
        return None
    return sentences(text, block.start, block.end)[-1]
