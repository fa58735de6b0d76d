"""What one line of a text report is, judged by itself and by the lines around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FURNITURE = re.compile(
    r"skip to (the )?(main )?(content|navigation)|back to (the )?top|print (this )?page"
    r"|share (this )?page|page \d+( of \d+)?|\d{1,4}|[-–—_=*\s]{3,}",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(last updated|updated|first published|published|publication date|date|inspected)"
    r"\b[^.]{0,20}\d[^.]{0,30}|\d{1,2} [A-Z][a-z]+ \d{4}",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[•●▪◦‣∙·■□\uf0b7]\s*|[-–—*]\s+|o\s{2,}")
_NUMBERED = re.compile(r"\(?(?:\d{1,2}|[ivx]{1,4}|[a-z])[.)]\s+")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+")
_FIELD = re.compile(r"[A-Z][\w ()/’'-]{1,40}:\s+\S")
_GRADE = re.compile(
    r"(outstanding|good|adequate|requires improvement( to be good)?|inadequate)", re.IGNORECASE
)
_HEADING_CHARACTERS, _HEADING_WORDS = 140, 22


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: ``text[start:end]`` without the white space around it.

    ``blank_before`` says whether a blank line (or nothing) stands before it; ``indent`` counts
    its leading white space; ``page`` is the number of form feeds before it, plus one, or None
    where the file has none.
    """

    text: str
    start: int
    end: int
    indent: int
    blank_before: bool
    page: int | None


def split_lines(text: str) -> Iterator[Line]:
    """The lines of a report that are content: not blank, not page furniture."""
    paged = "\f" in text
    blank, page = True, 1
    for match in re.finditer(r"[^\n]*", text):
        raw = match.group()
        page += raw.count("\f")
        stripped = raw.strip(" \t\r\f\v\ufeff\u00a0")
        if not stripped:
            blank = blank or match.start() < len(text)
            continue
        if _FURNITURE.fullmatch(stripped):
            continue
        start = match.start() + raw.index(stripped)
        indent = len(raw.replace("\t", "    ").lstrip("\f\ufeff")) - len(
            raw.replace("\t", "    ").lstrip()
        )
        yield Line(stripped, start, start + len(stripped), indent, blank, page if paged else None)
        blank = False


def bullet_marker(line: Line, *, in_list: bool) -> int:
    """The length of the bullet or number that opens a line, 0 where there is none.

    "1." opens a list item only inside a list or before words that end like an item; a short
    numbered line of its own is a heading.
    """
    if match := _BULLET.match(line.text):
        return match.end() if match.end() < len(line.text) else 0
    if (match := _NUMBERED.match(line.text)) and match.end() < len(line.text):
        return match.end() if in_list or line.text.endswith((".", ";", ",", " and")) else 0
    return 0


def markdown_heading(line: Line) -> tuple[int, int] | None:
    """Level and marker length of a Markdown heading, None for other lines."""
    match = _MARKDOWN_HEADING.match(line.text)
    return (len(match[1]), match.end()) if match and match.end() < len(line.text) else None


def is_date(line: Line) -> bool:
    """Whether a line says only when a page was published, updated or inspected."""
    return _DATE.fullmatch(line.text) is not None


def is_heading(line: Line, following: Line | None, *, first: bool = False) -> bool:
    """Whether a short line stands over what follows it; ``first`` is the report's first line.

    A heading begins like a sentence but does not end like one (a question mark may end it),
    is not a label with its value ("Force: City of London", unless it opens the report), not a
    grade alone and not the first line of a paragraph broken over several.
    """
    words = line.text.split()
    if following is None or len(line.text) > _HEADING_CHARACTERS or len(words) > _HEADING_WORDS:
        return False
    if line.text.endswith((".", ";", ":", ",", "!", "”", "…")) or words[-1] in ("and", "or"):
        return False
    if (_FIELD.match(line.text) and not first) or _GRADE.fullmatch(line.text):
        return False
    runs_on = not following.blank_before and following.text[:1].islower()
    return not runs_on and (line.text[0].isupper() or line.text[0].isdigit())
