"""The overall judgement of an inspection report, where its own text states one plainly."""

from __future__ import annotations

import re

from index.types import Document, Unit

_GRADE = r"(?:outstanding|good|adequate|satisfactory|inadequate|requir(?:es?|ing) improvement)\b"
_EARLY_UNITS = 60
# "Overall effectiveness: good", as a line of its own or as the first words of one.
_LABELLED = re.compile(
    r"overall (?:effectiveness|rating|judge?ment|grade|assessment)\b[\s:–—-]*"
    rf"(?:(?:is|was) )?{_GRADE}",
    re.IGNORECASE,
)
# "Overall, the force is good", "Taken together, we judge the force to be good".
_SUMMED = re.compile(
    rf"(?:overall|taken together)\b.*?\b(?:is|are|be|as|been)\b(?: judged| graded| rated)?"
    rf"(?: to be| as)? [‘'“]?{_GRADE}|(?:overall|taken together)\b[^.]*? requires improvement\b",
    re.IGNORECASE,
)
# "X Police is good at …", as the first sentence: its subject runs up to the verb.
_OPENING = re.compile(
    rf"[^,;:.]{{3,80}}? (?:(?:is|are|was|were|has been|have been)(?: judged| graded| rated)?"
    rf"(?: to be| to| as)? {_GRADE}|requires improvement\b)",
    re.IGNORECASE,
)


def overall_judgement(document: Document) -> Unit | None:
    """The unit in which a report first states its overall judgement; None where none does.

    It is a line that is labelled so, else an early sentence that sums up with a grade, else
    the report's first sentence where it gives its subject a grade. Grades are the words that
    British inspectorates use. Nothing is inferred from the judgements of single parts.
    """
    labelled = (unit for unit in document.units if _LABELLED.match(document.quote(unit)))
    if found := next(labelled, None):
        return found
    early = [unit for unit in document.units if unit.kind == "sentence"][:_EARLY_UNITS]
    summed = (unit for unit in early if _SUMMED.match(document.quote(unit)))
    if found := next(summed, None):
        return found
    return next((unit for unit in early[:1] if _OPENING.match(document.quote(unit))), None)
