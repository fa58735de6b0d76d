"""Follow-ups: completed where they lean on what came before, left alone where they do not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.converse import stand_alone

MISSING = "What are the recommendations on missing children?"


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        (MISSING, "and on knife crime?", "What are the recommendations on knife crime?"),
        (MISSING, "What about hate crime?", "What are the recommendations on hate crime?"),
        (MISSING, "ok, and fraud", "What are the recommendations on fraud?"),
        ("How well does it deal with people in crisis?", "and older people?",
         "How well does it deal with older people?"),
        ("Who is employed to check vetting files?", "and for training drivers?",
         "Who is employed for training drivers?"),
        ("How many officers are trained for riots?", "but for cyber attacks?",
         "How many officers are trained for cyber attacks?"),
    ],
)  # fmt: skip
def test_a_phrase_takes_the_place_of_its_like(before: str, question: str, expected: str) -> None:
    assert stand_alone(question, [before]) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "and why is that?",
        "Who is to act on them?",
        "Is there anything else?",
        "What should it do there?",
        "how many?",
        "What about its workload?",
    ],
)
def test_other_follow_ups_get_the_topic(question: str) -> None:
    topic = "recommendations on missing children"
    assert stand_alone(question, [MISSING]) == f"{question} ({topic})"


def test_a_phrase_put_into_a_follow_up_keeps_the_topic() -> None:
    history = ["How does the force handle stalking?", "does it deal with offenders quickly there?"]
    assert stand_alone("and victims?", history) == "does it deal with victims? (handle stalking)"


@pytest.mark.parametrize(
    "question",
    [
        "How does the force protect its people?",
        "What does SPR mean?",
        "Does the report say that officers are trained?",
        "How are those who share indecent images found?",
        "Does it work well with schools, charities and hospitals?",
        "What does this report say about stop and search?",
        "Is there a plan for terrorism?",
        "And what does the report say about the use of tasers?",
        "What happens when the force finds that it has made a mistake?",
        "Which other forces does the constabulary train with?",
    ],
)
def test_questions_that_stand_alone_are_unchanged(question: str) -> None:
    assert stand_alone(question, [MISSING]) == question
    assert stand_alone(question) == question


def test_a_chain_of_phrases() -> None:
    history = [MISSING, "and on knife crime?", "what about hate crime?"]
    assert stand_alone("and on fraud?", history) == "What are the recommendations on fraud?"


def test_the_topic_outlasts_a_follow_up() -> None:
    history = ["How does the force handle stalking?", "is it getting better?"]
    assert (
        stand_alone("who checks that?", history)
        == "who checks that? (handle stalking, getting better)"
    )


def test_the_topic_outlasts_a_question_on_a_part_of_it() -> None:
    history = ["How does the force handle stalking?", "are the orders checked?"]
    assert stand_alone("by whom?", history) == "by whom? (handle stalking, orders checked)"


def test_an_old_topic_is_not_dragged_along() -> None:
    history = [
        MISSING,
        "Who is to act on them?",
        "How many neighbourhood officers does the constabulary employ in rural areas?",
    ]
    assert stand_alone("are they trained?", history) == (
        "are they trained? (neighbourhood officers does the constabulary employ in rural areas)"
    )


def test_a_person_is_named() -> None:
    history = ["What did Chief Constable Jane Smith promise victims?"]
    assert stand_alone("has she done it?", history) == (
        "has she done it? (Chief Constable Jane Smith)"
    )


@pytest.mark.parametrize("history", [[], [""], [" "], ["?", "!"], ["why?"]])
def test_nothing_to_complete_from(history: list[str]) -> None:
    assert stand_alone("when?", history) == "when?"


@pytest.mark.parametrize("question", ["", " ", "?!"])
def test_nothing_asked(question: str) -> None:
    assert stand_alone(question, [MISSING]) == question


def test_a_long_history_costs_neither_time_nor_length() -> None:
    began = time.process_time()
    answer = stand_alone("and that?", ["why " + "x " * 50_000, *["and it?"] * 2_000, "y" * 100_000])
    assert len(answer) < 300
    assert time.process_time() - began < 5


@given(st.text(max_size=120), st.lists(st.text(max_size=400), max_size=12))
def test_any_words(question: str, history: list[str]) -> None:
    answer = stand_alone(question, history)
    assert len(answer) <= max(len(question) + 210, 400 + 210)
    assert stand_alone(question, []) == question
    if answer == question:
        assert stand_alone(question, history) == question


@given(st.lists(st.sampled_from(
    ["why?", "and on fraud?", "what about it?", MISSING, "is that all?", "Who leads it?"]
), max_size=12))  # fmt: skip
def test_brackets_never_nest(history: list[str]) -> None:
    answer = stand_alone("and that?", history)
    assert answer.count("(") == answer.count(")") <= 1
