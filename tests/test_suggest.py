"""Questions to begin with: made of what the reports have."""

from __future__ import annotations

from pathlib import Path

import pytest
from any_text import report_texts
from hypothesis import given

from index.parse import parse_text, read_report
from index.types import Document
from rag.suggest import examples


def read(text: str) -> Document:
    return parse_text(text, document_id="report", source="report.txt")


def test_the_bundled_report(report_path: Path) -> None:
    found = examples([read_report(report_path)])
    assert found[:2] == (
        "What are the areas for improvement?",
        "What are the force's main strengths according to the summary?",
    )
    assert len(found) == 6
    assert all(question.endswith("?") for question in found)


def test_a_report_without_questions() -> None:
    text = (
        "Fenwick Police\n\nUse of resources\n\nCosts of anti-social behaviour (ASB) fell.\n\n"
        "HMICFRS recommendations\n\n• Save.\n\nUse of force\n\nIt should:\n\n• Stop.\n"
    )
    assert examples([read(text)]) == (
        "What are the HMICFRS recommendations?",
        "What does ASB stand for?",
        "What does the report say under “Use of resources”?",
        "What does the report say under “HMICFRS recommendations”?",
        "What does the report say under “Use of force”?",
    )


@pytest.mark.parametrize("documents", [[], [read("The force is good.")]])
def test_nothing_to_ask_about(documents: list[Document]) -> None:
    assert examples(documents) == ()


def test_the_same_question_of_two_reports_is_asked_once() -> None:
    document = read("Fenwick\n\nIs it kind?\n\nYes.\n")
    assert examples([document, document]) == ("Is it kind?",)


@given(report_texts)
def test_any_report(text: str) -> None:
    found = examples([read(text)])
    assert len(found) == len(set(found)) <= 6
    assert all(question.endswith("?") and len(question) <= 160 for question in found)
