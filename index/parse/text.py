"""Plain text and Markdown reports into documents.

The canonical text is the file's own text, unchanged, so that offsets are offsets into the
file. Structure is read from the wording and spacing of the lines.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from index.parse.lines import (
    Line,
    bullet_marker,
    is_date,
    is_heading,
    markdown_heading,
    split_lines,
)
from index.parse.units import sentences, split_units
from index.types import Block, BlockKind, Document, Section, Span

_SUBHEADING = re.compile(
    r"(\w+ )?(areas? for (improvement|development)|areas? of \w+ practice|\w+ practice"
    r"|causes? of concern|recommendations?|(what|where) .*\b(well|improve(d|ment)?))\b.*",
    re.IGNORECASE,
)
_GROUP = re.compile(r"(questions for|part \w+\b|chapter \w+\b|pillar\b).*", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+(?:\.\d+)*)\.?\s")


def parse_text(
    text: str,
    *,
    document_id: str,
    source: str,
    title: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Document:
    """The document in ``text``; its title is the first heading unless ``title`` is given."""
    outline = _Outline(text, title)
    lines = list(split_lines(text))
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        outline.read(line, following)
    sections, blocks = outline.close()
    return Document(
        document_id=document_id,
        title=outline.title or document_id,
        source=source,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        sections=sections,
        blocks=blocks,
        units=split_units(text, blocks),
        pages=_pages(text),
        metadata=metadata or {},
    )


@dataclass
class _Draft:
    """A block while its lines are being read."""

    kind: BlockKind
    line: Line
    start: int
    end: int
    level: int = 0


@dataclass
class _Outline:
    """The reading state: blocks so far, the headings in force, the list that is open."""

    text: str
    title: str | None
    drafts: list[_Draft] = field(default_factory=list)
    in_group: bool = False
    base: int = 1

    def read(self, line: Line, following: Line | None) -> None:
        last = self.drafts[-1] if self.drafts else None
        in_list = last is not None and (
            last.kind == "bullet" or self.text[last.start : last.end].endswith(":")
        )
        if marker := bullet_marker(line, in_list=in_list):
            self.drafts.append(_Draft("bullet", line, line.start + marker, line.end, line.indent))
        elif last is not None and _continues(last, line, self.text):
            last.end, last.line = line.end, line
        elif heading := markdown_heading(line):
            self._heading(line, line.start + heading[1], heading[0])
        elif is_date(line):
            self.drafts.append(_Draft("date", line, line.start, line.end))
        elif is_heading(line, following, first=last is None):
            self._heading(line, line.start, self._level(line.text))
        else:
            self.drafts.append(_Draft("paragraph", line, line.start, line.end))

    def _heading(self, line: Line, start: int, level: int) -> None:
        if self.title is None:
            self.title = self.text[start : line.end]
        self.drafts.append(_Draft("heading", line, start, line.end, level))

    def _level(self, title: str) -> int:
        """1 for the first heading; then by number ("2.3 ..."), group and kind of heading."""
        if not any(draft.kind == "heading" for draft in self.drafts):
            return 1
        if _SUBHEADING.fullmatch(title):
            return self.base + 1
        if _GROUP.fullmatch(title):
            self.in_group, self.base = True, 2
        elif number := _NUMBER.match(title):
            self.base = 2 + number[1].count(".")
        else:
            self.base = 3 if self.in_group else 2
        return self.base

    def close(self) -> tuple[tuple[Section, ...], tuple[Block, ...]]:
        """Sections and blocks of the lines read; content before any heading gets a section."""
        title = self.title or ""
        sections: list[Section] = []
        blocks: list[Block] = []
        open_headings: list[tuple[int, str]] = []
        for number, draft in enumerate(self.drafts):
            if draft.kind == "heading":
                if sections:
                    sections[-1] = _ended(sections[-1], draft.start)
                name = " ".join(self.text[draft.start : draft.end].split())
                open_headings = [item for item in open_headings if item[0] < draft.level]
                open_headings.append((draft.level, name))
                path = tuple(item[1] for item in open_headings)
                if path[0] != title:
                    path = (title, *path)
                sections.append(
                    Section(name, draft.level, path, draft.start, len(self.text), draft.line.page)
                )
            elif not sections:
                sections.append(
                    Section(title, 1, (title,), draft.start, len(self.text), draft.line.page)
                )
            blocks.append(self._block(number, draft, len(sections) - 1, blocks))
        return tuple(sections), tuple(blocks)

    def _block(self, number: int, draft: _Draft, section: int, blocks: list[Block]) -> Block:
        list_id, lead_in, level = None, None, draft.level
        if draft.kind == "bullet":
            previous = blocks[-1] if blocks else None
            if previous is not None and previous.kind == "bullet":
                list_id, lead_in, level = self._in_list(draft, blocks)
            else:
                list_id, level = number, 0
                if previous is not None and previous.kind == "paragraph":
                    lead_in = self._introduction(previous)
        return Block(
            draft.kind, draft.start, draft.end, section, level, list_id, lead_in, draft.line.page
        )

    def _in_list(self, draft: _Draft, blocks: list[Block]) -> tuple[int | None, Span | None, int]:
        """List, lead-in and depth of a bullet that follows another one, by its indent."""
        siblings = [
            (earlier, self.drafts[position])
            for position, earlier in enumerate(blocks)
            if earlier.list_id == blocks[-1].list_id and earlier.kind == "bullet"
        ]
        previous, previous_draft = siblings[-1]
        if draft.level > previous_draft.level:
            introduction = self._introduction(previous) or previous.lead_in
            return previous.list_id, introduction, previous.level + 1
        for earlier, earlier_draft in reversed(siblings):
            if earlier_draft.level <= draft.level:
                return earlier.list_id, earlier.lead_in, earlier.level
        return previous.list_id, siblings[0][0].lead_in, 0

    def _introduction(self, block: Block) -> Span | None:
        """The last sentence of a block that ends with a colon."""
        if not self.text[block.start : block.end].endswith(":"):
            return None
        return sentences(self.text, block.start, block.end)[-1]


def _continues(last: _Draft, line: Line, text: str) -> bool:
    """Whether a line goes on with the block before it: a paragraph or bullet broken over lines."""
    if line.blank_before or last.kind not in ("paragraph", "bullet"):
        return False
    ended = text[last.start : last.end].endswith((".", ":", "?", "!", ";", ".”", ".’"))
    if line.text[0].islower():
        return True
    if last.kind == "bullet" and line.indent > last.level:
        return True
    return not ended and len(last.line.text) >= 60


def _ended(section: Section, end: int) -> Section:
    return Section(section.title, section.level, section.path, section.start, end, section.page)


def _pages(text: str) -> tuple[Span, ...]:
    """The pages of a text whose pages end with form feeds; none where it has none."""
    if "\f" not in text:
        return ()
    starts = [0, *(match.end() for match in re.finditer("\f", text))]
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    return tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))
