"""Lines and tables of a PDF into paragraphs, bullets and headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.parse.flow import Element, Stretch
from index.parse.hyphens import Hyphens
from index.parse.marks import ENDED, is_date, is_subheading
from index.parse.pdf.heads import Body, Style, is_heading, levels, same_type, stands_out
from index.parse.pdf.marker import Opening, is_lone_sign, opening
from index.parse.pdf.order import Line
from index.types import BlockKind

_GAP, _HEADING_GAP, _NEAR, _NOTE_SIZE, _SLACK = 0.3, 1.75, 4.0, 0.92, 1.0
_NOTE = re.compile(r"(\d{1,2}|[*†‡])\s?[^\W\d_‘’“”(]|\d{1,2}\s?[‘“(]")
_WIDEST_PITCH, _NEARLY, _WORDY = 2.2, 0.85, 8
_LONG_ITEM, _COLUMN, _TITLE_SIZE, _TITLE_GAP = 30, 60.0, 1.4, 1.4


@dataclass(slots=True)
class Draft:
    """A block while its lines are being read; ``hang`` is where its further lines stand."""

    kind: BlockKind
    lines: list[Line]
    hang: float
    opening: Opening | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as elements, one a row."""

    elements: tuple[Element, ...]


@dataclass
class Blocks:
    """The reading state: the blocks so far, and the notes of the page that wait for an end."""

    body: Body
    hyphens: Hyphens
    found: list[Draft | Rows] = field(default_factory=list)
    _notes: list[Draft] = field(default_factory=list)
    _sign: Line | None = None

    def read(self, items: Sequence[Line | Rows]) -> None:
        """Go on with what stands on one page, in reading order."""
        lines = [item for item in items if isinstance(item, Line)]
        notes = {id(line) for line in _notes(lines, self.body)}
        at = 0
        while at < len(items):
            item = items[at]
            if isinstance(item, Rows):
                self._open(item)
                at += 1
                continue
            if id(item) in notes:
                self._note(item)
                at += 1
                continue
            group = self._heading(items, at)
            if group:
                self._open(Draft("heading", group, group[0].left))
            else:
                self._read(item)
            at += max(len(group), 1)

    def elements(self) -> list[Element]:
        """All that was read, as elements; the headings with their levels."""
        self._flush()
        _settle_numbers(self.found)
        heads = [item for item in self.found if isinstance(item, Draft) and item.kind == "heading"]
        styles = [
            Style(draft.lines[0].size, draft.lines[0].bold, draft.lines[0].page) for draft in heads
        ]
        ranked = {id(draft): level for draft, level in zip(heads, levels(styles), strict=True)}
        elements: list[Element] = []
        for item in self.found:
            if isinstance(item, Rows):
                elements += item.elements
            else:
                level = ranked.get(id(item), item.depth)
                elements.append(_element(item, level, self.hyphens))
        return elements

    def _heading(self, items: Sequence[Line | Rows], at: int) -> list[Line]:
        """The lines of the heading that begins here; empty where there is none."""
        first = items[at]
        if not isinstance(first, Line) or not stands_out(first, self.body):
            return []
        opened = opening(first)
        if opened is not None and not opened.is_number:
            return []
        group = [first]
        for item in items[at + 1 :]:
            if not isinstance(item, Line) or not same_type(item, first):
                break
            if not self._heads_on(group[-1], item):
                break
            group.append(item)
        return group if is_heading(group, self.body) else []

    def _heads_on(self, last: Line, line: Line) -> bool:
        """Whether a heading goes on in a line of its own type."""
        gap = (line.base - last.base) / max(line.size, last.size)
        if line.barred or line.region != last.region or not 0 < gap <= _HEADING_GAP:
            return False
        title = line.size >= _TITLE_SIZE * self.body.size and gap <= _TITLE_GAP
        return title or line.text[0].islower() or is_full(last, line)

    def _read(self, line: Line) -> None:
        if is_lone_sign(line.text):
            self._sign = line
            return
        opened = opening(line)
        if self._sign is not None:
            beside = abs(line.base - self._sign.base) <= line.size
            if opened is None and beside and line.page == self._sign.page:
                opened = Opening(0, "•", self._sign.left, line.left, None, True)
            self._sign = None
        last = self.found[-1] if self.found else None
        draft = last if isinstance(last, Draft) else None
        if opened is not None and self._is_item(opened, line, draft):
            kind: BlockKind = "paragraph" if opened.is_number else "bullet"
            depth = self._depth(opened, line) if kind == "bullet" else 0
            self._open(Draft(kind, [line], opened.hang, opened, depth))
        elif draft is not None and self._goes_on(draft, line):
            draft.lines.append(line)
            if len(draft.lines) == 2 and draft.opening is None:
                draft.hang = min(draft.hang, line.left)
        elif is_date(line.text):
            self._open(Draft("date", [line], line.left))
        else:
            self._open(Draft("paragraph", [line], line.left))

    def _open(self, item: Draft | Rows) -> None:
        self._flush()
        self.found.append(item)

    def _flush(self) -> None:
        self.found += self._notes
        self._notes = []

    def _note(self, line: Line) -> None:
        """A footnote: kept back until the block that it interrupts has ended."""
        if _NOTE.match(line.text) or not self._notes:
            self._notes.append(Draft("paragraph", [line], line.left))
        else:
            self._notes[-1].lines.append(line)

    def _is_item(self, opened: Opening, line: Line, last: Draft | None) -> bool:
        """Whether a bullet or number opens an item, and is not a part of a wrapped sentence."""
        if opened.wide:
            return True
        if last is None or last.kind in ("heading", "date"):
            return True
        before = last.opening
        if opened.number is not None and before is not None and before.number is not None:
            return opened.number == before.number + 1
        if before is not None and before.sign == opened.sign and not opened.is_number:
            return True
        return not self._goes_on(last, line) or _text(last).endswith(":")

    def _depth(self, opened: Opening, line: Line) -> int:
        """How deep in its list a bullet stands, by where its sign does."""
        for draft in reversed(self.found):
            if not isinstance(draft, Draft) or draft.kind != "bullet" or draft.opening is None:
                return 0
            shift = _shift(draft.lines[-1], line)
            before = draft.opening.left + shift
            if opened.left > before + _NEAR:
                return draft.depth + 1
            if opened.left >= before - _NEAR:
                return draft.depth
        return 0

    def _goes_on(self, last: Draft, line: Line) -> bool:
        """Whether a line without an opening goes on with the block before it."""
        if last.kind in ("heading", "date"):
            return False
        before = last.lines[-1]
        if line.barred or not abs(line.size - before.size) <= 0.1 * before.size:
            return False
        ended = before.text.endswith(ENDED)
        small = line.text[0].islower()
        if (line.page, line.region) != (before.page, before.region):
            return self._goes_on_overleaf(last, line, ended=ended, small=small)
        gap = (line.base - before.base) / max(line.size, before.size)
        if gap < 0.5:
            return False  # it stands beside the line before
        pitch = min(max(self.body.pitch, line.pitch), _WIDEST_PITCH)
        if gap > pitch + _GAP and not (small and not ended and gap < 2.2):
            return False
        if last.opening is not None and line.left < last.hang - _NEAR:
            outside = line.left < last.opening.left + _NEAR and len(last.lines) > 1
            hung = all(one.left >= last.hang - _NEAR for one in last.lines[1:])
            if outside and hung:
                return False
            if ended and not small and line.left < last.opening.left - _NEAR:
                return False
        if small or is_full(before, line) or _is_broken(before.text):
            return True
        return not ended and _is_nearly_full(before)

    def _goes_on_overleaf(self, last: Draft, line: Line, *, ended: bool, small: bool) -> bool:
        before = last.lines[-1]
        if not ended:
            return small or is_full(before, line)
        hung = last.opening is not None and last.hang > last.opening.left + _NEAR
        shift = _shift(before, line)
        at_hang = abs(line.left - last.hang - shift) <= _NEAR
        return hung and at_hang and (small or is_full(before, line))


def _notes(lines: Sequence[Line], body: Body) -> list[Line]:
    """The footnotes of a page: the small lines below its text, the first of which is numbered."""
    start = len(lines)
    while start and lines[start - 1].size <= _NOTE_SIZE * body.size:
        start -= 1
    if not start or start == len(lines) or not _NOTE.match(lines[start].text):
        return []
    return list(lines[start:])


def is_full(line: Line, following: Line) -> bool:
    """Whether the next line's first word would not have fitted behind a line."""
    first = following.text.split(" ", 1)[0]
    width = following.edges[min(len(first), len(following.edges) - 1)] - following.left
    return line.right + 0.25 * line.size + width > line.limit - _SLACK * line.size


def _is_broken(words: str) -> bool:
    """Whether a line ends within a word."""
    return words.endswith("-") and words[-2:-1].isalnum()


def _is_nearly_full(line: Line) -> bool:
    """Whether a line of running text ends near enough to the right for a wrapped one."""
    wide = line.right - line.origin > _NEARLY * (line.limit - line.origin)
    return wide and len(line.text.split()) >= _WORDY


def _shift(before: Line, line: Line) -> float:
    """How much further right the column of a line stands than that of an earlier one."""
    shift = line.origin - before.origin
    return shift if abs(shift) > _COLUMN else 0.0


def _settle_numbers(found: Sequence[Draft | Rows]) -> None:
    """Make bullets of numbered items that are a list, not a report's numbered paragraphs."""
    runs: list[list[Draft]] = []
    for item in found:
        if not isinstance(item, Draft) or item.opening is None:
            continue
        if item.opening.is_deep or not item.opening.is_number:
            continue
        number, last = item.opening.number, runs[-1][-1].opening if runs else None
        follows = last is not None and number is not None and number == (last.number or 0) + 1
        if follows:
            runs[-1].append(item)
        else:
            runs.append([item])
    places = {id(item): at for at, item in enumerate(found)}
    for run in runs:
        apart = any(
            isinstance(between, Draft)
            and between.kind == "heading"
            and not is_subheading(_text(between))
            for between in found[places[id(run[0])] : places[id(run[-1])]]
        )
        words = sum(len(_text(item).split()) for item in run) / len(run)
        first = run[0].opening
        listed = len(run) > 1 or (first is not None and first.number is None)
        if not apart and listed and words <= _LONG_ITEM:
            for item in run:
                item.kind = "bullet"


def _text(draft: Draft) -> str:
    return " ".join(line.text for line in draft.lines)


def _element(draft: Draft, level: int, hyphens: Hyphens) -> Element:
    skip, marker = 0, ""
    if draft.opening is not None:
        skip, marker = draft.opening.length, draft.opening.sign
        if not draft.opening.is_number:
            marker = "•" if level == 0 else "–"
    stretches: list[Stretch] = []
    glue = ""
    for place, line in enumerate(draft.lines):
        text, edges = line.text, line.edges
        if not place:
            text, edges = text[skip:], edges[skip:]
        after = draft.lines[place + 1].text if place + 1 < len(draft.lines) else ""
        kept, following = hyphens.join(text, after) if after else (text, "")
        stretches.append(
            Stretch(kept, glue, line.page, tuple(edges[: len(kept) + 1]), line.top, line.bottom)
        )
        glue = following
    return Element(draft.kind, tuple(stretches), level, marker)
