"""The lines of a text report that are content, and how they lie on their page."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.parse.marks import SIGNS, is_kept

_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# White space, and the characters without width that editors and web pages leave behind.
_BLANK = string.whitespace + "\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
_BLANK += "".join(map(chr, range(0x2000, 0x200E))) + "\u2060\ufeff"
_FURNITURE = re.compile(
    r"(skip|jump) to (the )?(main )?(content|navigation)|back to (the )?top|back to contents"
    r"|(print|share|download) (this )?(page|report)|menu|search|close|cookies"
    r"|(page\s*\|?\s*)?(\d{1,4}|[ivxl]{1,6})(\s*(of|/)\s*\d{1,4})?(\s*\|\s*page)?"
    r"|[-–—|]\s*(page )?\d{1,4}(\s*[-–—|])?",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"(\.\s?){4,}\s*\d{1,4}\Z")
_CONTENTS = re.compile(r"(table of )?contents( page)?", re.IGNORECASE)
_ENTRY = re.compile(r"\S\s+\d{1,3}\Z")
_LONGEST_RUNNING, _LONGEST_ENTRY, _EDGE, _RECURRING = 120, 160, 2, 3
_NARROWEST, _WIDEST, _FULL = 50, 160, 0.85


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: ``text[start:end]`` without the white space around it.

    ``blank_before`` says whether a blank line, furniture or nothing stands before it;
    ``indent`` counts its leading white space, a tab as four; ``page`` is the number of form
    feeds before it, plus one, or None where the file has none. A line is ``full`` where the
    text is wrapped to a width and the next line's first word would have left it;
    ``bulleted`` where a bullet stood alone on the line before.
    """

    text: str
    start: int
    end: int
    indent: int
    blank_before: bool
    page: int | None
    full: bool = False
    bulleted: bool = False


def split_lines(text: str) -> list[Line]:
    """The lines of a report that are content: not blank, not page furniture.

    Furniture are page numbers, what web pages put around an article, tables of contents, lines
    without any letter or digit, and running headers and footers: short lines that recur,
    numbers aside, on three pages or more among the first or last two lines.
    """
    written = list(_written(text))
    running = _running(written)
    contents = _contents(written)
    lines: list[Line] = []
    barred = bulleted = False
    for place, line in enumerate(written):
        if SIGNS.fullmatch(line.text):
            bulleted, barred = True, True
        elif place in running or place in contents or _is_furniture(line.text):
            barred = True
        elif line.text in ("and", "or") and lines and lines[-1].text.endswith((";", ",")):
            barred = True  # it joins two list items, and is alone where a line or page ends
        else:
            apart = replace(line, blank_before=True, bulleted=bulleted) if barred else line
            lines.append(apart)
            barred = bulleted = False
    return _laid_out(lines)


def _written(text: str) -> Iterator[Line]:
    """Every line that is not blank."""
    paged = "\f" in text
    start, blank, page = 0, True, 1
    for end, after, mark in _ends(text):
        raw = text[start:end]
        words = raw.strip(_BLANK)
        if words:
            before = raw[: len(raw) - len(raw.lstrip(_BLANK))]
            indent = sum(4 if character == "\t" else 1 for character in before.strip("\ufeff"))
            begin = start + len(before)
            at = page if paged else None
            yield Line(words, begin, begin + len(words), indent, blank, at)
        blank = not words
        page += mark == "\f"
        start = after


def _ends(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each line ends, where the next begins, and what stands between."""
    for match in _BREAK.finditer(text):
        yield match.start(), match.end(), match.group()
    yield len(text), len(text), ""


def _is_furniture(words: str) -> bool:
    if not any(character.isalnum() for character in words):
        return True
    if len(words) > _LONGEST_ENTRY:
        return False
    return _FURNITURE.fullmatch(words) is not None or _LEADERS.search(words) is not None


def _running(lines: Sequence[Line]) -> set[int]:
    """The places of running headers and footers; the report's first line is never one."""
    pages: dict[int | None, list[int]] = {}
    for place, line in enumerate(lines):
        pages.setdefault(line.page, []).append(place)
    edges = [{*places[:_EDGE], *places[-_EDGE:]} for places in pages.values()]
    keys = {
        place: re.sub(r"\d+", "#", " ".join(lines[place].text.casefold().split()))
        for places in edges
        for place in places
        if len(lines[place].text) <= _LONGEST_RUNNING and not is_kept(lines[place].text)
    }
    often = Counter(
        key for places in edges for key in {keys[place] for place in places if place in keys}
    )
    return {place for place, key in keys.items() if place and often[key] >= _RECURRING}


def _contents(lines: Sequence[Line]) -> set[int]:
    """The places of a table of contents: its heading and the entries with page numbers below."""
    found: set[int] = set()
    for place, line in enumerate(lines):
        if not _CONTENTS.fullmatch(line.text[:_LONGEST_ENTRY]):
            continue
        end = place + 1
        while end < len(lines) and (_is_entry(lines[end]) or _leads_to_entry(lines, end)):
            end += 1
        if end > place + 1:
            found.update(range(place, end))
    return found


def _is_entry(line: Line) -> bool:
    return len(line.text) <= _LONGEST_ENTRY and _ENTRY.search(line.text) is not None


def _leads_to_entry(lines: Sequence[Line], place: int) -> bool:
    """Whether a line is the first of an entry that is broken over two."""
    if place + 1 == len(lines) or len(lines[place].text) > _LONGEST_ENTRY:
        return False
    return not lines[place + 1].blank_before and _is_entry(lines[place + 1])


def _laid_out(lines: list[Line]) -> list[Line]:
    """The lines with ``full`` set, where the text is wrapped at all."""
    pairs = list(pairwise(lines))
    wrapped = any(
        len(line.text) >= _NARROWEST
        and not after.blank_before
        and after.text[0].islower()
        and (line.text[-1].isalnum() or line.text[-1] == ",")
        for line, after in pairs
    )
    widths = sorted(line.indent + len(line.text) for line in lines if len(line.text) >= _NARROWEST)
    if not wrapped or (width := widths[(len(widths) - 1) * 19 // 20]) > _WIDEST:
        return lines
    full = [
        line.indent + len(line.text) + 1 + len(after.text.split(maxsplit=1)[0]) > _FULL * width
        for line, after in pairs
    ]
    return [
        replace(line, full=True) if is_full else line
        for line, is_full in zip(lines, [*full, False], strict=True)
    ]
