"""The judgements of a report: rows of grade tables, headings, and sentences that pass one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.facts.front import front
from index.facts.grades import GRADE, canonical, graded, is_overall
from index.types import Document, Fact, Span

_LONGEST = 260
_OUTCOME = "overall outcome"
# The three outcomes of an area SEND inspection, in the words of its framework.
_OUTCOMES = (
    (
        "widespread and/or systemic failings",
        re.compile(r"\bwidespread and/?\s?(?:or)? systemic failings\b", re.IGNORECASE),
    ),
    (
        "inconsistent experiences and outcomes",
        re.compile(r"\binconsistent\s+experiences\s+and\s+outcomes\b", re.IGNORECASE),
    ),
    (
        "typically positive experiences and outcomes",
        re.compile(r"\btypically\s+lead\s+to\s+positive\s+experiences\b", re.IGNORECASE),
    ),
)
_ARRANGEMENTS = re.compile(r"\blocal area partnership|\barrangements\b", re.IGNORECASE)
_AT = re.compile(
    rf"^(?:overall,? )?(?P<who>[^.;:]{{2,90}}?) (?:(?:is|was|are|were)(?: judged(?: to be)?)? "
    rf"(?P<grade>{GRADE})|(?:is judged to )?(?P<need>requires? improvement)) "
    r"(?:at|in|for|across) (?P<what>[^.;]{3,140})\.",
    re.IGNORECASE,
)
_BUT = re.compile(r",? (?:but|although|though|however|while|whereas)\b", re.IGNORECASE)
# Prisons: "Outcomes for prisoners were not sufficiently good against this healthy prison test".
_TEST = re.compile(
    rf"\b[Oo]utcomes for [\w’' -]{{3,40}} (?:are|were|remained) (?P<grade>{GRADE})"
    r" against this healthy (?:prison|establishment|custody) test",
    re.IGNORECASE,
)


def judgements(document: Document, organisation: str = "") -> tuple[Fact, ...]:
    """Every judgement, each once, where it is first passed; "overall" ones as the report labels it.

    Read are lines and headings that end in a grade, the outcome of an area SEND inspection, a
    heading's question with a grade alone under it, and sentences such as "The force is good at
    preventing crime" whose subject is the organisation. ``label`` is what was judged, in the
    report's words, ``value`` the grade in lower case, its span the words that say both.
    """
    found: dict[str, Fact] = {}
    for fact in (
        *_outcome(document),
        *_rows(document),
        *_under_questions(document),
        *_sentences(document, organisation),
    ):
        found.setdefault(_key(fact.label), fact)
    return tuple(found.values())


def _rows(document: Document) -> Iterator[Fact]:
    for place, unit in enumerate(document.units):
        block = document.blocks[unit.block]
        opens = place == 0 or document.units[place - 1].block != unit.block
        if not opens or block.kind == "date":
            continue
        for end in dict.fromkeys((block.end, unit.end)):
            line = (
                graded(document.text[block.start : end]) if end - block.start < _LONGEST else None
            )
            if line is not None and (end == block.end or line.marked):
                yield _fact(line.label, line.grade, block.start, end)
                break


def _outcome(document: Document) -> Iterator[Fact]:
    for block in front(document):
        text = document.quote(block)
        if block.kind != "paragraph" or not _ARRANGEMENTS.search(text):
            continue
        for outcome, words in _OUTCOMES:
            if words.search(text):
                end = next(
                    unit.end
                    for unit in document.units
                    if unit.start >= block.start and words.search(document.quote(unit))
                )
                yield Fact("overall", outcome, _OUTCOME, Span(block.start, end))
                return


def _under_questions(document: Document) -> Iterator[Fact]:
    """A question or heading over a paragraph that is nothing but a grade."""
    for above, block in zip(document.blocks, document.blocks[1:], strict=False):
        if block.end - block.start > 40 or above.kind != "heading" or block.kind == "heading":
            continue
        words = document.quote(block).strip(" .;")
        if re.fullmatch(GRADE, words, re.IGNORECASE):
            label = " ".join(document.quote(above).split()).rstrip("?: ")
            yield _fact(label, canonical(words), above.start, block.end)


def _sentences(document: Document, organisation: str) -> Iterator[Fact]:
    """Sentences that judge the organisation as a whole, or a prison by one of its tests."""
    opening = {block.start for block in front(document)}
    is_first = True
    for unit in document.units:
        if unit.kind != "sentence":
            continue
        text = document.quote(unit)
        if match := _TEST.search(text):
            section = document.sections[unit.section].title
            yield _fact(section, canonical(match["grade"]), unit.start, unit.end)
        elif organisation and (match := _AT.match(text)) and _is_of(match["who"], organisation):
            # What a report says of the force as a whole in its first lines sums it up.
            starts = document.blocks[unit.block].start
            label = _BUT.split(" ".join(match["what"].split()))[0]
            whole = label == " ".join(match["what"].split())
            field = "overall" if is_first and whole and starts in opening else "judgement"
            is_first = False
            grade = canonical(match["grade"] or "requires improvement")
            yield Fact(field, grade, label, Span(unit.start, unit.end))


def _is_of(subject: str, organisation: str) -> bool:
    words = re.sub(r"^the ", "", " ".join(subject.split()), flags=re.IGNORECASE).lower()
    return words in (organisation.lower(), "force", "service", "trust", "provider", "council")


def _fact(label: str, grade: str, start: int, end: int) -> Fact:
    label = " ".join(label.split())
    field = "overall" if is_overall(label) else "judgement"
    return Fact(field, grade, label, Span(start, end))


def _key(label: str) -> str:
    """Labels that differ in case, numbering and small words only are one judgement's."""
    words = re.findall(r"[a-z]+", label.lower().replace("’", ""))
    return " ".join(word for word in words if word not in ("the", "and", "of", "a"))
