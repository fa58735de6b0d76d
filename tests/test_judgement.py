"""The overall judgement: only where a report's own text states one."""

from __future__ import annotations

from pathlib import Path

import pytest
from any_text import report_texts
from hypothesis import given

from index.parse import parse_text, read_report
from index.types import Document
from rag.judgement import overall_judgement

_REPORTS = Path(__file__).parent.parent


def read(text: str) -> Document:
    return parse_text(text, document_id="report", source="report.txt")


def judged(document: Document) -> str | None:
    unit = overall_judgement(document)
    return None if unit is None else document.quote(unit)


def test_the_bundled_report(report_path: Path) -> None:
    assert judged(read_report(report_path)) == (
        "City of London Police is good at keeping people safe and reducing crime."
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "eval/sets/reports/slough-ilacs-2023.md",
            "Overall effectiveness Requires improvement to be good",
        ),
        ("eval/sets/reports/wandsworth-ilacs-2023.md", "Overall effectiveness Good"),
        (
            "rag/models/reports/fic-efficiency.md",
            "Taken together, we judge the force to be good for efficiency, as we did last year.",
        ),
        (
            "rag/models/reports/fic-effectiveness.md",
            "Ashenvale Police is judged to require improvement for its effectiveness.",
        ),
        ("rag/models/reports/fic-school.md", "Overall effectiveness: requires improvement"),
        ("rag/models/reports/fic-thematic.md", None),
        ("eval/sets/reports/surrey-send-2023.md", None),
    ],
)
def test_other_reports(path: str, expected: str | None) -> None:
    assert judged(read_report(_REPORTS / path)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "We visited the force in May.",
        "Officers said that the canteen is good.",
        "In 2016, we judged the force to be good.",
        "Overall, 40 officers were trained.",
        "The force is goodness itself.",
    ],
)
def test_what_is_no_judgement_is_not_taken_for_one(sentence: str) -> None:
    opening = "We spent two weeks with the force."
    assert judged(read(f"Fenwick Police\n\n{opening} {sentence}\n")) is None


@given(report_texts)
def test_any_report(text: str) -> None:
    document = read(text)
    unit = overall_judgement(document)
    assert unit is None or unit in document.units
