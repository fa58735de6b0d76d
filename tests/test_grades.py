"""Judgements read from real reports, against what stands on their pages."""

from __future__ import annotations

from pathlib import Path

from eval.facts import Grade, agreement, grades_of
from index.parse import read_report

REPORTS = Path(__file__).parent / "data/reports"
HULL = "ilacs-hull-2022.pdf"
# As its first page has them.
HULL_GRADES = {
    "overall_effectiveness_grade": ("requires improvement", 1),
    "impact_of_leaders_grade": ("requires improvement", 1),
    "help_and_protection_grade": ("requires improvement", 1),
    "in_care_grade": ("good", 1),
}


def test_the_grades_of_a_report_and_their_page() -> None:
    found = grades_of(read_report(REPORTS / HULL), HULL)
    assert {one.field: (one.grade, one.page) for one in found} == HULL_GRADES


def test_a_wrong_page_or_grade_does_not_agree() -> None:
    right = Grade("a.pdf", "overall_effectiveness_grade", "good", 1)
    other = Grade("a.pdf", "overall_effectiveness_grade", "good", 2)
    assert agreement(frozenset({right}), frozenset({right, other})) == (0.5, 1.0)
    assert agreement(frozenset({right}), frozenset({other})) == (0.0, 0.0)
    assert agreement(frozenset({right}), frozenset()) == (1.0, 0.0)
    assert agreement(frozenset(), frozenset()) == (1.0, 1.0)


def test_a_report_without_grades_has_its_outcome_alone() -> None:
    send = "send-dudley-2025.pdf"
    (found,) = grades_of(read_report(REPORTS / send), send)
    assert (found.field, found.page) == ("overall outcome", 1)
