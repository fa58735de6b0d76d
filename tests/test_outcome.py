"""Why questions are missed: each cause once, on a report small enough to work out by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from keyword_answerer import KeywordQA

from eval.dataset import Question, parse_question
from eval.html import report_html
from eval.misses import misses_markdown
from eval.outcome import CAUSES, cause, first_gold
from eval.run import evaluate
from eval.types import Result
from index.parse import parse_text
from index.types import Document
from rag.pipeline import Reading

DOGS = "The force keeps nine brown dogs."
CATS = "The force keeps seven brown cats."
CAVES = "The force keeps three brown caves."
VANS = "Nobody drives their vans."
NEEDS = "buy two *large* vans;"
TEXT = f"""Fenwick Police

Findings

{DOGS} {CATS} {CAVES} {VANS}

However, the force should:

  • {NEEDS}
  • train a vet; and
  • rest the horses.
"""


@pytest.fixture(scope="module")
def fenwick() -> Document:
    return parse_text(TEXT, document_id="fenwick", source="fenwick.txt")


def question(**changes: Any) -> Question:
    data = {
        "id": "q1",
        "question": "Which brown animals does it keep, nine dogs?",
        "kind": "fact",
        "answerable": True,
        "history": [],
        "gold_spans": [DOGS],
        "required": [["nine"]],
        "forbidden": [],
    }
    return parse_question(json.dumps(data | changes), "set.jsonl, line 1")


def ask(qa: KeywordQA, asked: Question) -> Result:
    (result,) = evaluate(qa, [asked]).results
    return result


class Wide(KeywordQA):
    """Says that it may give more units than it gives."""

    def read(self, question: str, history: Sequence[str] = ()) -> Reading:
        reading = super().read(question, history)
        return replace(reading, limits=replace(reading.limits, units=9))


BROWN = "Which brown things does the force keeps?"
NOTHING = {"answerable": False, "gold_spans": [], "required": []}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "None"),
        ({"question": "penguins?"} | NOTHING, "None"),
        (NOTHING, "unanswerable but answered (confidence 0.60, 0.50 is enough)"),
        ({"gold_spans": [VANS], "required": [["vans"]]}, "not retrieved"),
        (
            {"gold_spans": [CATS], "required": [["seven"]]},
            "outranked (rank 2, score 0.33, 1.00 is needed)",
        ),
        (
            {"question": BROWN, "gold_spans": [CAVES], "required": [["three"]]},
            "cut by length (rank 3, at most 2 units)",
        ),
        (
            {"question": BROWN, "kind": "list", "gold_spans": [DOGS, CATS, CAVES]}
            | {"required": [["nine"], ["seven"], ["three"]]},
            "incomplete list (2 of 3; cut by length (rank 3, at most 2 units))",
        ),
        ({"forbidden": ["dog"]}, "forbidden words (“dog”)"),
        ({"required": [["nine"], ["five"]]}, "required words missing"),
        (
            {"question": "Which dogs?"},
            "found but refused (rank 1, confidence 0.33, 0.50 is needed)",
        ),
        ({"question": "penguins?"}, "not retrieved"),
        # Of what is missing, what the answer lacks decides, and the better of two that have it.
        (
            {"gold_spans": [DOGS, VANS, CATS], "required": [["nine"], ["seven"]]},
            "outranked (rank 2, score 0.33, 1.00 is needed)",
        ),
        (
            {"gold_spans": [VANS, CATS], "required": [["seven", "nobody"]]},
            "outranked (rank 2, score 0.33, 1.00 is needed)",
        ),
        (
            {"gold_spans": [VANS, CATS], "required": [["seven"], ["nobody"]]},
            "not retrieved",
        ),
        # A bullet brings its lead-in.
        (
            {"question": "Which horses rest, nine dogs?", "required": [["should"]]}
            | {"gold_spans": ["However, the force should:"]},
            "passed over (rank 2)",
        ),
    ],
)
def test_each_cause_is_found_by_rule(
    fenwick: Document, changes: dict[str, Any], expected: str
) -> None:
    assert str(cause(ask(KeywordQA(fenwick), question(**changes)))) == expected


def test_a_unit_in_reach_that_is_not_given_was_passed_over(fenwick: Document) -> None:
    asked = question(question=BROWN, gold_spans=[CAVES], required=[["three"]])
    assert str(cause(ask(Wide(fenwick), asked))) == "passed over (rank 3)"


def test_the_first_gold_unit_is_the_best_ranked(fenwick: Document) -> None:
    result = ask(KeywordQA(fenwick), question(gold_spans=[CAVES, VANS, DOGS]))
    first = first_gold(result)
    assert first is not None
    assert (first.rank, first.score, first.text) == (1, 1.0, DOGS)
    assert [gold.unit.rank if gold.unit else None for gold in result.gold] == [3, None, 1]
    assert first_gold(ask(KeywordQA(fenwick), question(question="penguins?"))) is None


def test_missed_questions_as_markdown(fenwick: Document) -> None:
    asked = [
        question(),
        question(
            id="q2",
            kind="why_how",
            question="and the brown *dogs*, nine?",
            history=["What does it keep?"],
            gold_spans=[CATS, NEEDS],
            required=[["seven"]],
        ),
        question(id="q3", question="Nine brown dogs?", kind="unanswerable", **NOTHING),
        question(id="q4", question="Which dogs?"),
    ]
    run = evaluate(KeywordQA(fenwick, max_units=1), asked, set_name="dogs_and_cats")
    text = misses_markdown(run)
    assert text.startswith(
        "# Missed questions: dogs\\_and\\_cats\n\n3 of 4 questions, keywords, fingerprint 2-1. "
    )
    assert f"| outranked | 1 | {CAUSES['outranked']} |\n" in text
    assert "| not retrieved |" not in text
    assert "q1" not in text
    second = text[text.index("## q2") : text.index("## q3")]
    assert second.splitlines() == [
        "## q2, why how: outranked",
        "",
        "- after: What does it keep?",
        "- asked: and the brown \\*dogs\\*, nine?",
        "- understood as: What does it keep? and the brown \\*dogs\\*, nine?",
        f"- answered (not gold): {DOGS}",
        f"- gold (not cited, rank 2): {CATS}",
        "- gold (not cited, not read): buy two \\*large\\* vans;",
        "- first gold: 2 of 3 units read",
        "- confidence: 0.60, needed 0.50",
        "- cause: outranked (rank 2, score 0.33, 1.00 is needed)",
        "",
    ]
    third, fourth = text[text.index("## q3") :].split("## q4")
    assert f"- answered: {DOGS}\n" in third
    assert "first gold" not in third
    assert "- answered: nothing, it abstained\n" in fourth
    page = report_html(run)
    assert "found but refused (rank 1, confidence 0.33, 0.50 is needed)" in page
    assert "read at rank 2" in page


def test_a_run_without_misses_says_so(fenwick: Document) -> None:
    run = evaluate(KeywordQA(fenwick), [question()])
    assert misses_markdown(run).startswith("# Missed questions: question set\n\n0 of 1 questions")
    assert "Why questions were missed" not in report_html(run)


def test_missed_questions_that_are_held_out_are_not_listed(fenwick: Document) -> None:
    asked = [question(question="Which dogs?"), question(id="q2", held_out=True)]
    text = misses_markdown(evaluate(KeywordQA(fenwick), asked))
    assert "of 1 questions" in text
    assert "1 more are held out and not listed." in text
    assert "q2" not in text
