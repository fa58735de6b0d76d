"""Lines into the drafts of blocks: what goes on with what, what is a heading of which level."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from index.parse.lines import Line
from index.parse.marks import (
    ENDED,
    JOINED,
    Marker,
    bold_heading,
    bullet_marker,
    is_date,
    is_heading,
    is_subheading,
    is_wrapped_heading,
    markdown_heading,
)
from index.types import BlockKind

_GROUP = re.compile(
    r"(questions for|pillar|(part|chapter) (\d+|[ivx]+|[a-e]|one|two|three|four|five|six))\b.*",
    re.IGNORECASE,
)
_BACK_MATTER = re.compile(
    r"(annex|appendix|glossary|references|definitions|about (the|this|our)"
    r" (report|inspection|data))\b.*",
    re.IGNORECASE,
)
_REMARK, _REMARK_REACH = re.compile(r"[.!?] \([^()\n]{1,60}\)\Z"), 66
_NUMBER = re.compile(r"(\d+(?:\.\d+)*)[.)]?\s")
_LONG_LINE, _HEADING_LINES, _HEADING_CHARACTERS = 60, 3, 160


@dataclass
class Draft:
    """A block while its lines are being read; ``line`` is the last one, ``first`` the first.

    ``level`` is that of a heading; ``marker`` opens a bullet.
    """

    kind: BlockKind
    first: Line
    line: Line
    start: int
    end: int
    level: int = 0
    marker: Marker | None = None
    lines: int = 1


@dataclass
class Outline:
    """The reading state: the blocks so far and the levels of headings in force.

    ``title`` is what the report is known to be called, else its first heading, where no
    sentence stands before that one. ``marked`` says that headings are marked as in Markdown,
    so that a line without a mark is none.
    """

    text: str
    title: str | None = None
    marked: bool = False
    drafts: list[Draft] = field(default_factory=list)
    _prefaced: bool = False
    _headed: bool = False
    _in_group: bool = False
    _base: int = 1

    @classmethod
    def of(cls, text: str, title: str | None, lines: list[Line]) -> Outline:
        """The outline of a whole report."""
        marks = [place for place, line in enumerate(lines) if markdown_heading(line.text)]
        outline = cls(text, title, marked=len(marks) > 1 or marks[:1] == [0])
        following: Iterable[Line | None] = [*lines[1:], None]
        for line, after in zip(lines, following, strict=False):
            outline._read(line, after)
        return outline

    def _read(self, line: Line, following: Line | None) -> None:
        last = self.drafts[-1] if self.drafts else None
        if last is not None:
            self._settle(last, line)
        if marked := markdown_heading(line.text):
            self._heading(line, line.start + marked.start, line.start + marked.end, marked.level)
        elif marker := self._marker(line, following, last):
            self._add("bullet", line, line.start + marker.length, marker=marker)
        elif last is not None and self._goes_on(last, line, following):
            last.end, last.line, last.lines = line.end, line, last.lines + 1
        elif last is not None and self._goes_on_overleaf(last, line):
            self._overleaf(last, line)
        elif bold := bold_heading(line.text):
            self._heading(line, line.start + bold.start, line.start + bold.end)
        elif is_date(line.text):
            self._add("date", line, line.start)
        elif self._is_heading(line, following):
            self._heading(line, line.start, line.end)
        else:
            self._add("paragraph", line, line.start)

    def _add(
        self, kind: BlockKind, line: Line, start: int, *, marker: Marker | None = None
    ) -> None:
        self._prefaced = self._prefaced or kind == "bullet" or line.text.endswith(".")
        self.drafts.append(Draft(kind, line, line, start, line.end, marker=marker))

    def _heading(self, line: Line, start: int, end: int, level: int = 0) -> None:
        draft = Draft("heading", line, line, start, end)
        self.drafts.append(draft)
        self._rank(draft, level)

    def _rank(self, draft: Draft, level: int = 0) -> None:
        """Give a heading its level, the first its part as the title."""
        words = " ".join(self.text[draft.start : draft.end].split())
        opens = not self._headed and (level == 1 or not self._prefaced)
        if opens and self.title is None:
            self.title = words
        draft.level = level or (1 if opens and _same(words, self.title) else self._level(words))
        self._base = draft.level if level else self._base
        self._headed = True

    def _level(self, words: str) -> int:
        """By number ("2.3 ..."), by the group it stands in, and by its kind."""
        if is_subheading(words):
            return self._base + 1
        if _GROUP.fullmatch(words):
            self._in_group, self._base = True, 2
        elif _BACK_MATTER.fullmatch(words):
            self._in_group, self._base = False, 2
        elif number := _NUMBER.match(words):
            self._base = 2 + number[1].count(".")
        else:
            self._base = 3 if self._in_group else 2
        return self._base

    def _is_heading(self, line: Line, following: Line | None) -> bool:
        if self.marked and not is_subheading(line.text):
            return False
        return is_heading(line, following, first=not self.drafts)

    def _settle(self, last: Draft, line: Line) -> None:
        """Make a heading of a short paragraph that is one, broken over lines, now that it ends."""
        if last.kind != "paragraph" or not 1 < last.lines <= _HEADING_LINES or self.marked:
            return
        if last.end - last.start > _HEADING_CHARACTERS or self._goes_on(last, line, None):
            return
        apart = (
            last.first.blank_before
            and line.blank_before
            and not last.line.full
            and not line.text[0].islower()
        )
        words = " ".join(self.text[last.start : last.end].split())
        if is_wrapped_heading(words, apart=apart):
            last.kind = "heading"
            self._rank(last)

    def _marker(self, line: Line, following: Line | None, last: Draft | None) -> Marker | None:
        """What opens a list item; a dash or number inside a wrapped sentence opens none."""
        if line.bulleted:
            return Marker(0, "•")
        marker = bullet_marker(line.text)
        before = last.marker if last is not None else None
        runs_on = last is not None and self._runs_on(last, line)
        if marker is None:
            return self._unmarked(line, last, before)
        if marker.sign not in ("1", "a"):
            inside = runs_on and marker.sign in "-–—+R" and not marker.follows(before)
            return None if inside else marker
        if runs_on and not marker.follows(before):
            return None
        return marker if self._is_item(marker, line, following, last) else None

    def _is_item(
        self, marker: Marker, line: Line, following: Line | None, last: Draft | None
    ) -> bool:
        """Whether a numbered line is a list item: a short one that stands alone is a heading."""
        if last is not None and (self._introduces(last) or marker.follows(last.marker)):
            return True
        if last is not None and last.kind == "bullet" and line.indent > last.first.indent + 1:
            return True
        if line.text.endswith((".", ";", ",", " and", " or")):
            return True
        if following is None or following.blank_before:
            return False
        after = bullet_marker(following.text)
        return line.full or (after is not None and after.follows(marker))

    def _unmarked(self, line: Line, last: Draft | None, before: Marker | None) -> Marker | None:
        """Items that lost their bullets when a page was copied: "...;" after "...:" or "...;"."""
        if last is None or self._runs_on(last, line):
            return None
        if self._introduces(last) and line.text.endswith(JOINED):
            return Marker(0, "")
        after_item = before is not None and before.sign == "" and last.kind == "bullet"
        if after_item and self.text.endswith(JOINED, last.start, last.end):
            return Marker(0, "")
        return None

    def _introduces(self, last: Draft) -> bool:
        return last.kind == "paragraph" and self.text.endswith(":", last.start, last.end)

    def _ended(self, last: Draft) -> bool:
        if self.text.endswith(ENDED, last.start, last.end):
            return True
        # "The trust must ... (Regulation 12)"
        start = max(last.start, last.end - _REMARK_REACH)
        return _REMARK.search(self.text, start, last.end) is not None

    def _runs_on(self, last: Draft, line: Line) -> bool:
        """Whether the wrapped sentence before goes on in this line."""
        wordy = last.kind in ("paragraph", "bullet")
        return wordy and not line.blank_before and last.line.full and not self._ended(last)

    def _goes_on(self, last: Draft, line: Line, following: Line | None) -> bool:
        """Whether a line goes on with the paragraph or bullet before it."""
        if line.blank_before or last.kind not in ("paragraph", "bullet"):
            return False
        if "\t" in line.text or "\t" in last.line.text:
            return False  # rows of a table, as a browser copies them
        if line.text[0].islower():
            return True
        if last.kind == "bullet" and line.indent > last.first.indent:
            return True
        if last.line.full and self._ended(last):
            return not (_outdented(last, line) or self._is_heading(line, following))
        if last.line.full:
            return True
        return not self._ended(last) and len(last.line.text) >= _LONG_LINE

    def _goes_on_overleaf(self, last: Draft, line: Line) -> bool:
        """Whether a sentence broken by the end of a page goes on in this line."""
        wordy = last.kind in ("paragraph", "bullet") and not self._ended(last)
        return wordy and line.page != last.line.page and line.text[0].islower()

    def _overleaf(self, last: Draft, line: Line) -> None:
        """Go on with a block on the next page; furniture between never becomes part of it."""
        if self.text[last.end : line.start].isspace():
            last.end, last.line, last.lines = line.end, line, last.lines + 1
        else:
            first = replace(line, indent=last.first.indent)
            self.drafts.append(
                Draft(last.kind, first, line, line.start, line.end, marker=last.marker)
            )


def _outdented(last: Draft, line: Line) -> bool:
    """Whether a line stands further left than the bullet before it, whose own lines do not."""
    hung = last.lines == 1 or last.line.indent >= last.first.indent
    return last.kind == "bullet" and hung and line.indent < last.first.indent


def _same(words: str, title: str | None) -> bool:
    """Whether a report's first heading is its title, perhaps in somewhat other words."""
    ours = set(re.findall(r"\w+", words.casefold()))
    theirs = set(re.findall(r"\w+", (title or "").casefold()))
    return 2 * len(ours & theirs) >= min(len(ours), len(theirs)) > 0
