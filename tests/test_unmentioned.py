"""The words that a report is said never to mention."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answerable import vocabulary
from rag.pipeline import ReportQA
from rag.unmentioned import never_mentioned


def none(words: Sequence[str]) -> list[bool]:
    return [False] * len(words)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("How does the force operate its helicopters?", ("helicopters",)),
        ("Did anyone mention drones, and what was said?", ("drones",)),
        ("is fraud dealt with fairly", ("fraud",)),
        ("getting called mostly happens once", ()),
        ("what are the figures and dates", ()),
        ("Is its work in Wigan good?", ("Wigan",)),
    ],
)
def test_things_are_named_and_no_verbs(question: str, named: tuple[str, ...]) -> None:
    assert never_mentioned(question, frozenset(("force", "report")), none) == named


def test_a_word_with_a_near_relative_is_not_named() -> None:
    known = frozenset(("force",))
    found = never_mentioned(
        "Do gangs fly drones?", known, lambda words: [w == "gangs" for w in words]
    )
    assert found == ("drones",)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What are the names of the gangs?", ()),
        ("Do cops carry guns or Tasers?", ("Tasers",)),
        ("Is the force hit by ransomware?", ("ransomware",)),
        ("what happens to youngsters with a pension", ("pension",)),
        ("do robbery victims and kids own horses", ("robbery", "horses")),
    ],
)
def test_relatives_are_found_in_what_was_read(
    qa: ReportQA, question: str, named: tuple[str, ...]
) -> None:
    scope = qa._scopes.all
    evidence = qa.read(question).evidence
    known = vocabulary(scope.documents)
    assert (
        never_mentioned(question, known, lambda words: qa._reader.relatives(words, evidence))
        == named
    )
