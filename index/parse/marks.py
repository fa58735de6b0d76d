"""What a line is by its wording: a bullet, a heading, a date, a label with its value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.facts.grades import GRADE

if TYPE_CHECKING:
    from index.parse.lines import Line

SIGNS = re.compile(r"[•●▪◦‣∙·■□\uf0b7\uf0a7o]|R\d{1,2}")
"""A bullet or recommendation's number alone on its line, the item on the next."""

_SIGNS = "•●▪◦‣∙·■□\uf0b7\uf0a7"
_BULLET = re.compile(rf"([{_SIGNS}])\s*|([-–—*+]|o)\s+")
_NUMBERED = re.compile(r"\(?(?:(\d{1,2})|[ivx]{1,4}|[a-z])[.)]\s+")
_RECOMMENDED = re.compile(r"R(\d{1,2})[.:)]?\s+(?=[A-Z‘“])")
_OUTER = frozenset("•●■□\uf0b7*")
_MARKDOWN = re.compile(r"(#{1,6})\s+(.*?)(\s+#+)?")
_BOLD = re.compile(r"(\*\*|__)([^*_]+)(?:\1)")
_MONTH = (
    r"(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?)\.?"
)
_DAY = (
    rf"((mon|tues|wednes|thurs|fri|satur|sun)day,? )?(\d{{1,2}}(st|nd|rd|th)? )?{_MONTH}"
    rf"( \d{{1,2}},?)?( \d{{4}})?|\d{{1,2}}(st|nd|rd|th)?|\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}"
)
_DATE = re.compile(
    r"((report |page |first |last |date |dates )*(of |for )?(this |the )?(last |previous )?"
    r"(updated|published|publication|issued|reviewed|inspected|inspections?|fieldwork|dates?)"
    r"( dates?)?( on| in| between| from)?\s*:?\s*)?"
    rf"(?P<day>{_DAY})(\s*(-|–|—|to|and|,)\s*({_DAY}))*\.?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\d{4}|\d[/.-]\d{1,2}[/.-]\d{2}\b")
_FIELD = re.compile(r"[A-Z][\w ()/’'-]{1,40}:\s+(\S.*)")
_LABELLED = re.compile(
    r"(part|chapter|section|annex|appendix|theme|pillar|question) \w+:", re.IGNORECASE
)
_GRADE = re.compile(rf"{GRADE}\.?", re.IGNORECASE)
_SUBHEADING = re.compile(
    r"(\w+ )?(areas? for (improvement|development)|areas? of \w+ practice|\w+ practice"
    r"|causes? of concern|(key|priority) concerns?|recommendations?"
    r"|(what|where) .*\b(well|improve(d|ment)?))\b.*(?<!\?)",
    re.IGNORECASE,
)
_NUMBERED_HEADING = re.compile(r"\d{1,2}(\.\d{1,2})*[.)]?\s+(?P<word>\S)|(19|20)\d\d\b")
_SENTENCES = re.compile(r"[^\W\d_]{3}[.!?] \w")
_LEADERS = re.compile(r"(\.\s?){4,}\s*\d{1,4}\Z")
_LONGEST_ENTRY = 240
_COLUMNS = re.compile(r"\t|\S {3,}\S")
_HEADING_CHARACTERS, _HEADING_WORDS = 140, 22
_ENDINGS = (".", ";", ":", ",", "!", "”", "…")
ENDED = (".", ":", "?", "!", ";", ".”", ".’", "?”", "?’", '."', ".'", '?"', ".)")
"""How a finished sentence or list item ends."""
JOINED = (";", "; and", "; or", ";and", ";or")
"""How an item ends that another one follows."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What opens a list item: ``length`` characters, not part of the item.

    ``sign`` is the bullet itself, "1" for numbers, "R" for those of recommendations ("R1"), "a"
    for letters and "" for none; ``number`` the number. Where two signs stand at one indent,
    that of lower ``rank`` is the outer list.
    """

    length: int
    sign: str
    number: int | None = None

    @property
    def rank(self) -> int:
        return 0 if self.sign in _OUTER or self.sign in ("1", "R", "") else 1

    def follows(self, other: Marker | None) -> bool:
        """Whether this item comes right after ``other`` in a list of their kind."""
        if other is None or other.sign != self.sign:
            return False
        return self.number is None or other.number is None or self.number == other.number + 1


@dataclass(frozen=True, slots=True)
class Heading:
    """A marked heading: where its words begin and end in the line; level 0 for bold type."""

    level: int
    start: int
    end: int


def bullet_marker(words: str) -> Marker | None:
    """The bullet or number that opens a line, None where there is none or nothing after it."""
    if match := _BULLET.match(words):
        return Marker(match.end(), match[1] or match[2]) if match.end() < len(words) else None
    if match := _RECOMMENDED.match(words):
        return Marker(match.end(), "R", int(match[1]))
    if match := _NUMBERED.match(words):
        number = int(match[1]) if match[1] else None
        return Marker(match.end(), "1" if match[1] else "a", number)
    return None


def sign_marker(words: str) -> Marker | None:
    """The bullet or recommendation's number that opens a line; None for other numbers and words."""
    marker = bullet_marker(words)
    known = marker is not None and marker.sign != "" and marker.sign in f"{_SIGNS}R"
    return marker if known else None


def markdown_heading(words: str) -> Heading | None:
    """The heading that Markdown marks with number signs, None for other lines."""
    if not words.startswith("#") or not (match := _MARKDOWN.fullmatch(words)) or not match[2]:
        return None
    return Heading(len(match[1]), match.start(2), match.end(2))


def bold_heading(words: str) -> Heading | None:
    """A line all in bold type by Markdown's marks that has the words of a heading."""
    if len(words) > _HEADING_CHARACTERS or not (match := _BOLD.fullmatch(words)):
        return None
    inner = match[2].strip()
    start = words.index(inner)
    return Heading(0, start, start + len(inner)) if is_title(inner) else None


def is_date(words: str) -> bool:
    """Whether a line says only when a page was published, updated or inspected."""
    if len(words) > _HEADING_CHARACTERS or not _YEAR.search(words):
        return False
    return _DATE.fullmatch(" ".join(words.split())) is not None


def is_contents_entry(words: str) -> bool:
    """Whether a line is an entry of a table of contents: dots lead to a page number."""
    return len(words) <= _LONGEST_ENTRY and _LEADERS.search(words) is not None


def is_grade(words: str) -> bool:
    """Whether words are a grade and nothing else."""
    return _GRADE.fullmatch(words) is not None


def is_subheading(words: str) -> bool:
    """Whether a heading is one of those that stand inside a section, such as its lists' own."""
    return _SUBHEADING.fullmatch(words) is not None


def is_kept(words: str) -> bool:
    """Whether a line is content though it recurs on many pages: a grade, a list's heading."""
    return is_grade(words) or is_subheading(words)


def is_heading(line: Line, following: Line | None, *, first: bool = False) -> bool:
    """Whether a short line stands over what follows it; ``first`` is the report's first line.

    A heading begins like a sentence but does not end like one (a question mark may end it),
    is not a label with its value ("Force: City of London", unless it opens the report), not a
    grade alone, not a row of a table and not a line of a paragraph broken over several.
    """
    if following is None or not is_title(line.text):
        return False
    apart = line.blank_before and following.blank_before
    field = _FIELD.fullmatch(line.text)
    if field and not first and not _LABELLED.match(line.text):
        # "Custody: first point of contact" is a heading, "Inspection: unannounced" is not.
        value = field[1]
        if not (apart and value[0].islower() and len(value.split()) > 2):
            return False
    if following.text[0].islower():
        return following.blank_before and not line.full and following.page == line.page
    return following.blank_before or not line.full


def is_wrapped_heading(words: str, *, apart: bool) -> bool:
    """Whether a short paragraph of several lines is a heading.

    It is one question; or, where it stands ``apart`` between blank lines, a title.
    """
    if not is_title(words):
        return False
    return apart or words.endswith("?")


def is_title(words: str) -> bool:
    """Whether words could be a heading: short, not a sentence, a grade or a row of a table."""
    if len(words) > _HEADING_CHARACTERS or words.endswith(_ENDINGS) or _SENTENCES.search(words):
        return False
    parts = words.split()
    if len(parts) > _HEADING_WORDS or parts[-1] in ("and", "or"):
        return False
    if _GRADE.fullmatch(words) or _COLUMNS.search(words):
        return False
    if words[0].isdigit():
        match = _NUMBERED_HEADING.match(words)
        return match is not None and (match["word"] or "A").isupper()
    return words.lstrip("‘“'\"(")[:1].isupper()
