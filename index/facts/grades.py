"""The words in which the inspectorates of the United Kingdom grade, and texts that end in one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.types import Fact

# Best first. Ofsted, CQC and the inspectorates of police, fire and probation share the first
# list; prisons, Wales and Scotland have words of their own.
_GRADES = (
    "outstanding",
    "excellent",
    "very good",
    "good",
    "reasonably good",
    "adequate",
    "satisfactory",
    "requires improvement",
    "adequate and needs improvement",
    "needs improvement",
    "not sufficiently good",
    "weak",
    "poor",
    "inadequate",
    "unsatisfactory",
)
# The outcomes of area SEND inspections, best first.
_OUTCOMES = (
    "typically positive experiences and outcomes",
    "inconsistent experiences and outcomes",
    "widespread and/or systemic failings",
)
_SHAPES = {
    "requires improvement": r"requir(?:es|ing) improvement(?: to be good)?",
    "adequate and needs improvement": r"adequate and needs (?:improvement|to improve)",
    "needs improvement": r"needs improvement",
}
_ANY = "|".join(
    _SHAPES.get(grade, re.escape(grade).replace(r"\ ", r"\s+"))
    for grade in sorted(_GRADES, key=len, reverse=True)
)
GRADE = rf"(?:{_ANY})"
_ENDS = re.compile(
    rf"^(?P<label>.{{2,200}}?)(?P<mark>\s*[:?–—]\s*|\s+[-]\s+|\s+)(?P<grade>{GRADE})\s*[.;]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_SCALE = re.compile(rf"(?:{GRADE}[\s,;/|]*)+", re.IGNORECASE)
# "How good is our leadership? 4 - Good": the number is the grade's, not the label's.
_SCORE = re.compile(r"(?<=[?:])\s*\d$|,? taking into account$")
_OVERALL = re.compile(
    r"^(?:the )?overall(?: effectiveness| rating| quality| judgement| grade| outcome| assessment)?$"
    r"|^overall experiences and progress\b"
    r"|\boverall (?:effectiveness|rating|judgement|grade)\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:previous|last|earlier|prior) (?:\w+ )?(?:inspection|rating|report)|"
    r"\bprevious(?:ly)?\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CELL_WORDS = 6
_CLAUSE = re.compile(r"\b(?:is|are|was|were|be|been|not|very|too|that|which|remains?)\b", re.I)


@dataclass(frozen=True, slots=True)
class Graded:
    """A text that ends in a grade; ``marked`` where a colon or the like stands before it."""

    label: str
    grade: str
    marked: bool


def canonical(grade: str) -> str:
    """A grade as it is stored: lower case, "requires improvement to be good" without its end."""
    words = " ".join(grade.lower().strip(" .").split())
    for name, shape in _SHAPES.items():
        if re.fullmatch(shape, words):
            return name
    return words


def rank(grade: str) -> int:
    """The place of a grade among all, the best being 0; -1 for what is none."""
    return _GRADES.index(grade) if grade in _GRADES else -1


def steps(before: str, after: str) -> int | None:
    """How far a grade moved, above 0 where it got better; None for words of two scales."""
    for scale in (_GRADES, _OUTCOMES):
        if before in scale and after in scale:
            return scale.index(before) - scale.index(after)
    return None


def is_grade(word: str) -> bool:
    """Whether words are a grade, in any case and shape."""
    return re.fullmatch(GRADE, " ".join(word.split()), re.IGNORECASE) is not None


def graded(text: str) -> Graded | None:
    """What a line such as "The experiences of care leavers: good" grades; None for other lines.

    Where nothing but a space stands before the grade, as in a table's row, it must have a
    capital, and the line no verb: "Staff are Good" is no row. A grade of an earlier inspection
    is none.
    """
    match = _ENDS.match(text)
    if match is None or "\n\n" in text:
        return None
    label = _SCORE.sub("", " ".join(match["label"].split()).rstrip(" :–—-"))
    bare = not match["mark"].strip()
    if bare and (not match["grade"][0].isupper() or _CLAUSE.search(label)):
        return None
    if _EARLIER.search(label) or _SCALE.fullmatch(label) or not any(c.isalpha() for c in label):
        return None
    if not match["mark"].strip().startswith("?") and re.search(r"[.!]\s", label):
        return None
    return Graded(label, canonical(match["grade"]), not bare)


def graded_cells(text: str) -> list[Graded]:
    """What a row of several columns grades: "Maternity: Safe: Good; Caring: Outstanding".

    The label of each is the row's with the column's. Of columns that are years the latest
    counts, of those of earlier inspections none. Empty for other lines.
    """
    cells = [cell.rpartition(":") for cell in text.split(";")]
    row, _, first = cells[0][0].rpartition(":")
    if len(cells) < 2 or not row.strip() or not all(colon for _, colon, _ in cells):
        return []
    if any(len(value.split()) > _CELL_WORDS for _, _, value in cells):
        return []
    columns = [first, *(head for head, _, _ in cells[1:])]
    found = [
        (" ".join(head.split()), canonical(value))
        for head, (_, _, value) in zip(columns, cells, strict=True)
        if is_grade(value.strip(" .")) and not _EARLIER.search(head)
    ]
    years = [year[0] for head, _ in found if (year := _YEAR.search(head))]
    if years and len(years) == len(found):
        found = [max(found, key=lambda item: _YEAR.findall(item[0])[-1])]
    label = " ".join(row.split())
    return [
        Graded(label if len(found) == 1 else f"{label}: {head}", grade, True)
        for head, grade in found
    ]


def is_earlier(text: str) -> bool:
    """Whether words speak of an earlier inspection."""
    return _EARLIER.search(text) is not None


def is_overall(label: str) -> bool:
    """Whether a judgement of this label is the report's overall one."""
    return _OVERALL.search(label) is not None


def overall_of(found: Sequence[Fact]) -> tuple[Fact, ...]:
    """Judgements with the overall one, where there is one, first and as a field of its own."""
    overall = next((fact for fact in found if is_overall(fact.label)), None)
    if overall is None:
        return tuple(found)
    rest = (fact for fact in found if fact is not overall and fact.field != "overall")
    return (replace(overall, field="overall"), *rest)
