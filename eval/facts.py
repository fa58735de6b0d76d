"""How well judgements are read from reports: file, what was judged, grade and page.

``python -m eval.facts FOLDER`` compares what is read from ``FOLDER/pdfs`` with the facts in
``FOLDER/grades_gold.jsonl``, one JSON object a line: file, field, grade and page.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.parse import read_report
from index.types import Document

_FIELDS = {
    "overall_effectiveness_grade": re.compile(r"overall effectiveness", re.IGNORECASE),
    "impact_of_leaders_grade": re.compile(r"impact of leaders", re.IGNORECASE),
    "help_and_protection_grade": re.compile(r"need help and protection", re.IGNORECASE),
    "care_leavers_grade": re.compile(r"progress of care leavers", re.IGNORECASE),
    "in_care_grade": re.compile(r"progress of children in care", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True, order=True)
class Grade:
    """What a report says on a page that something was judged to be; ``grade`` in lower case."""

    file: str
    field: str
    grade: str
    page: int


def load_grades(path: Path) -> frozenset[Grade]:
    """The facts of a file as it is described above; raises KeyError where one lacks a field."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return frozenset(
        Grade(row["file"], row["field"], _plain(row["grade"]), row["page"]) for row in rows
    )


def grades_of(document: Document, file: str) -> frozenset[Grade]:
    """The judgements that were read from a report, each on the page of its passage."""
    return frozenset(
        Grade(file, _field(fact.label), _plain(fact.value), document.page_at(fact.span.start) or 0)
        for fact in document.facts
        if fact.field in ("overall", "judgement") and fact.span is not None
    )


def agreement(there: frozenset[Grade], found: frozenset[Grade]) -> tuple[float, float]:
    """Precision and recall; 1 where nothing was found, and where nothing is there."""
    agreed = len(there & found)
    return agreed / len(found) if found else 1.0, agreed / len(there) if there else 1.0


def _field(label: str) -> str:
    return next((field for field, words in _FIELDS.items() if words.search(label)), label)


def _plain(grade: str) -> str:
    return grade.lower().removesuffix(" to be good")


def _show(title: str, grades: Iterable[Grade]) -> None:
    for one in sorted(grades):
        print(f"  {title}: {one.file}, page {one.page}: {one.field}: {one.grade}")


def main() -> None:
    """Print precision, recall and every fact that is missed or invented."""
    folder = Path(sys.argv[1])
    there = load_grades(folder / "grades_gold.jsonl")
    files = sorted({one.file for one in there})
    found = frozenset(
        one for file in files for one in grades_of(read_report(folder / "pdfs" / file), file)
    )
    precision, recall = agreement(there, found)
    print(f"{len(there)} facts of {len(files)} reports, {len(found)} found: ", end="")
    print(f"precision {precision:.3f}, recall {recall:.3f}")
    _show("missed", there - found)
    _show("invented", found - there)


if __name__ == "__main__":
    main()
