"""The judgements of a report: rows of grade tables, headings, and sentences that pass one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from index.facts.front import front
from index.facts.grades import (
    GRADE,
    canonical,
    graded,
    graded_cells,
    is_earlier,
    is_grade,
    is_overall,
)
from index.types import Document, Fact, Span, Unit

_LONGEST, _FEWEST_CELLS = 260, 3
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


_TESTED = re.compile(
    r"^(?P<what>Safety|Respect|Care|Purposeful activity|Preparation for release|Resettlement"
    rf"|Rehabilitation and release planning) (?:is|was|were|are|remained) (?P<grade>{GRADE})\b",
    re.IGNORECASE,
)
_HEALTHY = re.compile(r"\bhealthy (?:prison|establishment|custody)\b", re.IGNORECASE)
# "reasonably good for safety", below "we found that outcomes for prisoners were:"
_LISTED = re.compile(rf"^(?P<grade>{GRADE}) (?:for|in|at) (?P<what>[^.;]{{2,100}})[.;]?$", re.I)
_INTRODUCES = re.compile(r"\b(?:outcomes|judged|judge?ments?|rated|graded)\b", re.IGNORECASE)


def judgements(document: Document, organisation: str = "") -> tuple[Fact, ...]:
    """Every judgement, each once, where it is first passed; "overall" ones as the report labels it.

    Read are lines and headings that end in a grade, rows of grades, the outcome of an area SEND
    inspection, a heading's question with a grade alone under it, the outcomes of a prison's tests,
    and sentences such as "The force is good at preventing crime" whose subject is the
    organisation. ``label`` is what was judged, in the report's words, ``value`` the grade in
    lower case, its span the words that say both.
    """
    rows, under = list(_rows(document)), list(_under_questions(document))
    heads = {block.start: block.section for block in document.blocks if block.kind == "heading"}
    sections = {heads[fact.span.start]: fact.value for fact in under if fact.span is not None}
    starts = (fact.span.start for fact in (*rows, *under) if fact.span is not None)
    first = min(starts, default=len(document.text))
    found: dict[str, Fact] = {}
    for fact in (
        *_outcome(document),
        *rows,
        *_told_apart(document, under, heads),
        *_listed(document),
        *_sentences(document, organisation, sections, first),
    ):
        found.setdefault(_key(fact.label), fact)
    return tuple(found.values())


def _rows(document: Document) -> Iterator[Fact]:
    for place, unit in enumerate(document.units):
        block = document.blocks[unit.block]
        opens = place == 0 or document.units[place - 1].block != unit.block
        if not opens or block.kind == "date":
            continue
        if block.end - block.start < 2 * _LONGEST:
            cells = graded_cells(_row(document, unit.block))
            yield from (_fact(one.label, one.grade, block.start, block.end) for one in cells)
            if cells:
                continue
        for end in dict.fromkeys((block.end, unit.end)):
            line = (
                graded(document.text[block.start : end]) if end - block.start < _LONGEST else None
            )
            if line is not None and (end == block.end or line.marked):
                yield _fact(line.label, line.grade, block.start, end)
                break


def _row(document: Document, place: int) -> str:
    """A block's words, a row of a table whose cells are apart by tabs as it is set elsewhere.

    The columns' names are those of the nearest line above with as many cells.
    """
    cells = document.quote(document.blocks[place]).split("\t")
    if len(cells) < _FEWEST_CELLS:
        return "\t".join(cells)
    for above in reversed(document.blocks[:place]):
        names = document.quote(above).split("\t")
        if len(names) != len(cells):
            return "\t".join(cells)
        if not any(is_grade(name) for name in names):
            values = zip(names[1:], cells[1:], strict=True)
            return f"{cells[0]}: " + "; ".join(f"{name}: {value}" for name, value in values)
    return "\t".join(cells)


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


def _told_apart(
    document: Document, under: Sequence[Fact], heads: Mapping[int, int]
) -> Iterator[Fact]:
    """The judgements under headings, with the heading above in the label where questions recur."""
    recur = len({_key(fact.label) for fact in under}) < len(under)
    for fact in under:
        path = document.sections[heads[fact.span.start]].path if fact.span else ()
        label = f"{path[-2]}: {fact.label}" if recur and len(path) > 2 else fact.label
        yield replace(fact, label=label)


def _listed(document: Document) -> Iterator[Fact]:
    """The bullets of a list of judgements: "reasonably good for safety"."""
    for block in document.blocks:
        match = _LISTED.match(document.quote(block)) if block.kind == "bullet" else None
        if match is None or block.lead_in is None:
            continue
        introduced = document.quote(block.lead_in)
        if _INTRODUCES.search(introduced) and not is_earlier(introduced):
            yield _fact(match["what"], canonical(match["grade"]), block.start, block.end)


def _sentences(
    document: Document, organisation: str, sections: Mapping[int, str], graded_from: int
) -> Iterator[Fact]:
    """Sentences that judge the organisation as a whole, or a prison by one of its tests.

    ``sections`` are those whose heading has a grade under it, which their sentences repeat. The
    first sentence may sum all up where no table or heading is graded before it.
    """
    is_first = True
    opening = {block.start for block in front(document)}
    for unit in document.units:
        if unit.kind != "sentence":
            continue
        text, block = document.quote(unit), document.blocks[unit.block]
        if test := _tested(document, unit, text):
            yield test
        elif organisation and (match := _AT.match(text)) and _is_of(match["who"], organisation):
            # What a report says of the force as a whole in its first lines sums it up.
            label = _BUT.split(" ".join(match["what"].split()))[0]
            whole = label == " ".join(match["what"].split())
            sums_up = is_first and whole and block.start in opening and unit.start < graded_from
            field, is_first = "overall" if sums_up else "judgement", False
            grade = canonical(match["grade"] or "requires improvement")
            if sections.get(unit.section) != grade:
                yield Fact(field, grade, label, Span(unit.start, unit.end))


def _tested(document: Document, unit: Unit, text: str) -> Fact | None:
    """The judgement of one of a prison's tests in a sentence; none of an earlier inspection."""
    block = document.blocks[unit.block]
    named = _TESTED.match(text) if _HEALTHY.search(document.quote(block)) else None
    match = named or _TEST.search(text)
    if match is None or is_earlier(_BUT.split(text)[0]):
        return None
    label = named["what"] if named else document.sections[unit.section].title
    return _fact(label, canonical(match["grade"]), unit.start, unit.end)


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
