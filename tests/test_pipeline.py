"""The pipeline over the real report with the real encoder, and the faces it shows to others."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import AnswerError, QuestionError
from index.library import Library
from rag.asked import clean_question
from rag.cite import verify
from rag.engine import PeelQueryEngine
from rag.pipeline import ReportQA, Step
from rag.types import Answer


@pytest.fixture(scope="session")
def qa(library: Library) -> ReportQA:
    return ReportQA(library)


def test_a_list_question_gets_the_whole_list_in_order(qa: ReportQA) -> None:
    answer = qa.ask("What are the areas for improvement on serious and organised crime?")
    assert not answer.abstained
    assert [citation.quote[:43] for citation in answer.citations] == [
        "The force should enhance its approach to th",
        "The force should strengthen its response to",
    ]
    assert [(part.kind, part.markers) for part in answer.parts] == [
        ("lead_in", ()),
        ("bullet", (1,)),
        ("bullet", (2,)),
    ]
    assert answer.parts[0].text == "Areas for improvement"


def test_a_bullet_stands_under_the_lead_in_that_gives_it_its_sense(qa: ReportQA) -> None:
    answer = qa.ask("Should it work more closely with its transient population?")
    kinds = [part.kind for part in answer.parts]
    bullet = kinds.index("bullet")
    assert answer.parts[bullet - 1].text == "The force also should:"
    cited = next(c for c in answer.citations if c.lead_in)
    assert cited.quote == "work more closely with its transient population."


def test_every_citation_stands_in_the_report(qa: ReportQA) -> None:
    document = next(iter(qa.library.documents.values()))
    for question in qa.examples():
        answer = qa.ask(question)
        assert answer.citations, question
        assert all(citation.verified for citation in answer.citations)
        for citation in answer.citations:
            assert document.text[citation.start : citation.end] == citation.quote
        assert verify(answer, qa.library.documents) == []


@pytest.mark.parametrize(
    "question",
    ["How do I bake sourdough bread?", "Who won the football at the weekend?"],
)
def test_off_topic_questions_are_not_answered(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question)
    assert answer.abstained
    assert answer.text.startswith("The report does not say")
    assert answer.citations == ()
    assert len(answer.nearest) == 3
    assert answer.confidence < qa.config.abstain_below
    assert verify(answer, qa.library.documents) == []


def test_what_the_report_never_mentions_is_named(qa: ReportQA) -> None:
    assert qa.ask("Does the helicopter unit get enough money?").missing[0] == "helicopter"


def test_an_abbreviation_is_spelled_out_by_the_sentence_that_does_so(qa: ReportQA) -> None:
    answer = qa.ask("What does SPR stand for?")
    assert len(answer.citations) == 1
    assert "The Strategic Policing Requirement (SPR)" in answer.text


def test_an_abbreviation_that_the_report_does_not_spell_out(qa: ReportQA) -> None:
    answer = qa.ask("What does CID stand for?")
    assert answer.abstained
    assert answer.text == "The report does not say. It does not spell out CID."


def test_a_follow_up_is_completed_from_the_history(qa: ReportQA) -> None:
    answer = qa.ask(
        "and on protecting vulnerable people?",
        ["What are the areas for improvement on serious and organised crime?"],
    )
    assert (
        answer.understood == "What are the areas for improvement on protecting vulnerable people?"
    )
    assert len(answer.citations) == 3


def test_the_question_that_a_follow_up_leans_on_is_shown(qa: ReportQA) -> None:
    before = "What are the areas for improvement?"
    answer = qa.ask("does it use drones?", [before])
    assert answer.understood == f"does it use drones? (after: {before})"
    assert qa.ask("does it use drones?").understood == "does it use drones?"


def test_steps_come_before_the_answer(qa: ReportQA) -> None:
    *steps, answer = qa.stream("How good is the work with other agencies?")
    assert [step.message for step in steps if isinstance(step, Step)] == [
        f"Searching {qa.passage_count} passages",
        "Reading 24 passages",
    ]
    assert isinstance(answer, Answer)
    assert set(answer.timings) == {"retrieve", "read", "compose", "total"}


def test_the_same_question_gets_the_same_answer(qa: ReportQA) -> None:
    question = "Is the force good at preventing crime?"
    first, second = qa.ask(question), qa.ask(question)
    assert replace(first, timings={}) == replace(second, timings={})


def test_threads_get_their_own_answers(qa: ReportQA) -> None:
    questions = [f"{example} {number}" for number in range(3) for example in qa.examples()]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(qa.ask, questions))
    assert [answer.question for answer in answers] == questions


def test_an_answer_survives_json(qa: ReportQA) -> None:
    answer = qa.ask("What are the areas for improvement?")
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


@pytest.mark.parametrize("data", [None, [], {}, {"question": "x"}, {"parts": 3}])
def test_something_else_is_no_answer(data: object) -> None:
    with pytest.raises(AnswerError, match="peel ask"):
        Answer.from_dict(data)


def test_a_value_of_another_type_is_named(qa: ReportQA) -> None:
    data = qa.ask("What are the areas for improvement?").to_dict()
    data["citations"][1]["start"] = "here"
    with pytest.raises(AnswerError, match=r"citations\.1\.start: .*integer"):
        Answer.from_dict(data)


@pytest.mark.parametrize("question", ["", "   ", "?!", "\0\0", "🙂🙂", "\ud800"])
def test_no_question_gets_a_friendly_word(qa: ReportQA, question: str) -> None:
    with pytest.raises(QuestionError, match="please ask one in words"):
        qa.ask(question)


def test_a_very_long_question_is_refused_with_its_length(qa: ReportQA) -> None:
    with pytest.raises(QuestionError, match="100,000 characters; please ask in at most 2,000"):
        qa.ask("a" * 100_000)


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script> who?",
        "![x](https://example.org/x.png) good?",
        "هل القوة جيدة؟",
        "was\0 it good\ud800?",
        "🙂 is it good?",
        "'; DROP TABLE reports; --",
    ],
)
def test_odd_questions_get_an_answer(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question, ["\0", "", question])
    assert answer.text
    json.dumps(answer.to_dict()).encode()


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_a_clean_question_is_one_line_that_can_be_written(text: str) -> None:
    try:
        clean = clean_question(text, 2000)
    except QuestionError:
        return
    assert clean == " ".join(clean.split())
    assert "\0" not in clean
    clean.encode("utf-8")
    assert clean_question(clean, 2000) == clean


def test_a_query_engine_for_llama_index(qa: ReportQA) -> None:
    from llama_index.core.tools import QueryEngineTool

    engine = PeelQueryEngine(qa=qa)
    response = engine.query("What does OCG stand for?")
    assert "organised crime groups (OCGs)" in str(response)
    node = response.source_nodes[0].node
    document = qa.library.documents[node.metadata["document_id"]]
    assert document.text[node.metadata["start"] : node.metadata["end"]] == node.get_content()
    tool = QueryEngineTool.from_defaults(engine, name="report", description="the report")
    assert "organised crime groups" in str(tool.call("What does OCG stand for?"))


def test_a_notebook_can_show_it_as_markdown(qa: ReportQA) -> None:
    shown = qa.ask("What does OCG stand for?")._repr_markdown_()
    assert "organised crime groups (OCGs)" in shown.replace("\\", "")
    assert "[1]" in shown.replace("\\", "")
