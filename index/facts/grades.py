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
_OVERALL = re.compile(
    r"^(?:the )?overall(?: effectiveness| rating| quality| judgement| grade| outcome| assessment)?$"
    r"|\boverall (?:effectiveness|rating|judgement|grade)\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:previous|last|earlier|prior) (?:\w+ )?(?:inspection|rating|report)|"
    r"\bprevious(?:ly)?\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\b(?:is|are|was|were|be|been|not|very|too|that|which|remains?)\b", re.I)


@dataclass(frozen=True, slots=True)
class Graded:
    """A text that ends in a grade; ``marked`` where a colon or the like stands before it."""

    label: str
    grade: str
    marked: bool


def canonical(grade: str) -> str:
    """A grade as it is stored: lower case, "requires improvement to be good" without its end."""
    words = " ".join(grade.lower().split())
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
    label = " ".join(match["label"].split()).rstrip(" :–—-")
    bare = not match["mark"].strip()
    if bare and (not match["grade"][0].isupper() or _CLAUSE.search(label)):
        return None
    if _EARLIER.search(label) or is_grade(label) or not any(c.isalpha() for c in label):
        return None
    if not match["mark"].strip().startswith("?") and re.search(r"[.!]\s", label):
        return None
    return Graded(label, canonical(match["grade"]), not bare)


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
