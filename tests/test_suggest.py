"""Questions to begin and to go on with: made of what the reports have."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from any_text import report_texts
from hypothesis import given

from index.parse import parse_text, read_report
from index.types import Document, Unit
from rag.answerable import missing_words, vocabulary
from rag.cite import answer_text, cite, source_of
from rag.suggest import also_ask, examples
from rag.types import Answer, Part

if TYPE_CHECKING:
    from index.embed import Encoder
    from rag.pipeline import ReportQA
    from rag.questions import QuestionIndex


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


# --- what to ask next ---


def unwritten(document: Document, encoder: Encoder, folder: Path) -> QuestionIndex:
    from rag.config import RagConfig
    from rag.questions import QuestionIndex

    return QuestionIndex([document], encoder, RagConfig(), folder)


def citing(document: Document, unit: Unit, question: str = "What?") -> Answer:
    citation = cite(document, unit, 1)
    parts = (Part("sentence", citation.quote, (1,)),)
    return Answer(
        question, question, answer_text(parts), parts, False, 0.9, (citation,),
        sources=(source_of(document),),
    )  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "When was the report last updated?",
        "How well does the force protect vulnerable people?",
        "What are the areas for improvement?",
        "How many helicopters does the force have?",
    ],
)
def test_the_next_questions_have_answers_of_their_own(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question)
    offered = qa.also_ask([answer])
    assert len(set(offered)) == 3
    told = {(c.start, c.end) for c in answer.citations}
    for next_question in offered:
        following = qa.ask(next_question)
        assert not following.abstained, next_question
        assert told != {(c.start, c.end) for c in following.citations}


def test_the_next_questions_stay_near_the_topic(qa: ReportQA) -> None:
    offered = qa.also_ask([qa.ask("How well does the force protect vulnerable people?")])
    assert sum("vulnerable" in question for question in offered) >= 2


def test_nothing_is_offered_twice_in_a_conversation(qa: ReportQA) -> None:
    answers, asked = [], "How well does the force protect vulnerable people?"
    seen = {asked}
    for _ in range(6):
        answers.append(qa.ask(asked))
        offered = qa.also_ask(answers)
        assert not seen & set(offered)
        asked = offered[0]
        seen.add(asked)


def test_the_next_questions_use_the_words_of_the_report(qa: ReportQA) -> None:
    known = vocabulary(qa.library.documents.values())
    for question in qa.examples():
        for offered in qa.also_ask([qa.ask(question)]):
            assert missing_words(offered, known) == ()


def test_the_next_questions_come_fast(qa: ReportQA) -> None:
    answer = qa.ask("What are the areas for improvement?")
    qa.also_ask([answer])
    took = []
    for _ in range(9):
        began = time.perf_counter()
        qa.also_ask([answer])
        took.append(time.perf_counter() - began)
    assert sorted(took)[4] < 0.02


def test_headings_are_asked_about_where_nothing_was_written(
    encoder: Encoder, tmp_path: Path
) -> None:
    document = read(
        "Fenwick Police\n\nUse of resources\n\nCosts fell.\n\n"
        "Areas for improvement\n\n• Save.\n• Wait.\n\nIs it kind?\n\nYes.\n\nEmpty heading\n"
    )
    written = unwritten(document, encoder, tmp_path)
    about = {document.quote(unit): unit for unit in document.units}
    under, lists = (
        "What does the report say under “Use of resources”?",
        "What are the areas for improvement?",
    )

    def offered(*answers: Answer) -> tuple[str, ...]:
        return also_ask([document], written, vocabulary([document]), answers)

    assert offered(citing(document, about["Costs fell."])) == (lists, "Is it kind?")
    assert offered(citing(document, about["Save."])) == ("Is it kind?", under)
    before = citing(document, about["Costs fell."], "is it KIND")
    assert offered(before, citing(document, about["Save."])) == (under,)
    nothing = replace(before, citations=(), parts=(), abstained=True)
    assert offered(nothing) == (under, lists)
    assert offered() == ()
    assert also_ask([], written, frozenset(), [nothing]) == ()
