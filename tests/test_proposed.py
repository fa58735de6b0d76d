"""What a language model proposes: what is taken, what is left out, what is refused."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.enrich import Enrichment, load_enrichment, written_bytes
from index.errors import LLMReplyError
from index.parse import parse_text
from index.types import Answered, Span, Unanswered
from rag.config import EnrichConfig
from rag.proposed import checked
from rag.windows import windows

TEXT = "Norvale Police\n\nThe force has nine dogs. It has three new boats. Staff like both.\n"
DOCUMENT = parse_text(TEXT, document_id="report", source="report.txt")
(WINDOW,) = windows(DOCUMENT, EnrichConfig())
DOGS, BOATS, STAFF = (Span(unit.start, unit.end) for unit in WINDOW.units)
GOOD = {"single": [{"unit": 1, "questions": ["How many canines are there?"]}]}


def check(reply: object, **config: Any) -> Enrichment:
    text = reply if isinstance(reply, str) else json.dumps(reply)
    return checked(text, WINDOW, EnrichConfig(**config))


def questions(reply: object) -> list[str]:
    return [question for group in check(reply).answered for question in group.questions]


def test_all_three_kinds() -> None:
    found = check(
        {
            "single": [
                {"unit": 2, "questions": ["Any  boats?\n", "How many vessels?"]},
                {"unit": "1", "questions": ["How many canines?"]},
            ],
            "together": [{"units": [3, 1, 2], "questions": ["What does it have?"]}],
            "not_answered": [
                {"question": "What do the dogs cost?", "nearest": 1, "instead": "They cost £5."},
                {"question": "Who leads it?", "nearest": None},
            ],
        }
    )
    assert found == Enrichment(
        (
            Answered((DOGS,), ("How many canines?",)),
            Answered((DOGS, BOATS, STAFF), ("What does it have?",)),
            Answered((BOATS,), ("Any boats?", "How many vessels?")),
        ),
        (
            Unanswered("What do the dogs cost?", nearest=(DOGS,)),
            Unanswered("Who leads it?"),
        ),
    )


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "Here you are:\n```json\n{}\n```\nAnything else?",
        '<think>Maybe {{"single": []}} or so?</think>\n{}',
        '{{"result": {}}}',
        "{{not json}} {{}} {}",
    ],
)
def test_what_stands_around_the_object_is_passed_over(around: str) -> None:
    assert questions(around.format(json.dumps(GOOD))) == ["How many canines are there?"]


def test_a_question_on_several_units_is_answered_by_all_of_them() -> None:
    found = check(
        {
            "single": [
                {"unit": 1, "questions": ["What does it own?"]},
                {"unit": 2, "questions": ["what does it own"]},
            ],
            "not_answered": [
                {"question": "What DOES it own?"},
                {"question": "What is it for?"},
                {"question": "what is it for"},
            ],
        }
    )
    assert found == Enrichment(
        (Answered((DOGS, BOATS), ("What does it own?",)),), (Unanswered("what is it for"),)
    )


@pytest.mark.parametrize(
    "question",
    [
        "",
        "  ",
        "????????",
        "Dogs?",
        "x" * 251,
        "the force has NINE dogs",
        "What does unit 1 say?",
        "What does this sentence say?",
        "\ud800",
    ],
)
def test_what_is_no_question_of_a_person_is_left_out(question: str) -> None:
    proposed = {"single": [{"unit": 1, "questions": [question, "How many canines are there?"]}]}
    assert questions(proposed) == ["How many canines are there?"]


def test_no_more_than_so_many() -> None:
    many = [f"Is dog {n} a good one?" for n in range(20)]
    found = check(
        {
            "single": [{"unit": 1, "questions": many}],
            "not_answered": [{"question": f"What of cat {n}?"} for n in range(20)],
        },
        most=5,
        not_answered=2,
    )
    assert found.answered == (Answered((DOGS,), tuple(many[:5])),)
    assert [item.question for item in found.unanswered] == ["What of cat 0?", "What of cat 1?"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "no such JSON object"),
        ("I cannot do that.", "no such JSON object"),
        ("[1, 2]", "no such JSON object"),
        ('{"questions": []}', "no such JSON object"),
        (json.dumps(GOOD)[:-3], "no such JSON object"),
        ('{"a":' * 50_000, "no such JSON object"),
        ({"single": []}, "no question that a unit answers"),
        ({"not_answered": [{"question": "Who leads it?"}]}, "no question that a unit answers"),
        ({"single": [{"unit": 1, "questions": ["", "Eh?"]}]}, "no question that a unit"),
        ({"single": [{"unit": 4, "questions": ["Who?"]}]}, "no unit 4: they are 1 to 3"),
        ({"single": [{"unit": 0, "questions": ["Who?"]}]}, "no unit 0: they are 1 to 3"),
        ({"single": [{"unit": -1, "questions": ["Who?"]}]}, "-1 is no number of a unit"),
        ({"single": [{"unit": 1.5, "questions": ["Who?"]}]}, "1.5 is no number of a unit"),
        ({"single": [{"unit": True, "questions": ["Who?"]}]}, "True is no number of a unit"),
        ({"single": [{"unit": "²", "questions": ["Who?"]}]}, "'²' is no number of a unit"),
        ({"single": [{"unit": "9" * 5000, "questions": ["Who?"]}]}, "no unit 999999999:"),
        ({"single": [{"unit": 1, "questions": "Who?"}]}, "a list is needed where 'Who\\?' stands"),
        ({"single": [{"unit": 1, "questions": [5]}]}, "a question is needed where 5 stands"),
        ({"single": [{"unit": 1}]}, "'questions'"),
        ({"single": ["Who?"]}, "not as asked for"),
        ({"single": {"1": ["Who?"]}}, "a list is needed"),
        ({**GOOD, "together": [{"units": 1, "questions": ["Who?"]}]}, "a list is needed"),
        ({**GOOD, "together": [{"units": [1, 9], "questions": ["Who?"]}]}, "no unit 9"),
        ({**GOOD, "not_answered": [{"question": "Who?", "nearest": 9}]}, "no unit 9"),
        ({**GOOD, "not_answered": ["Who leads it?"]}, "not as asked for"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(reply: object, reason: str) -> None:
    with pytest.raises(LLMReplyError, match=reason):
        check(reply)


def test_a_reply_made_to_take_long_does_not() -> None:
    began = time.perf_counter()
    for reply in ('{"' * 60_000, '{"a":' * 40_000, "{" * 200_000, '{"a":[{},' * 20_000):
        with pytest.raises(LLMReplyError):
            check(reply)
    assert time.perf_counter() - began < 5


_TEXTS = st.sampled_from(["Who is it?", "How many canines?", "1", "²", "\ud800x y z"]) | st.text()
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | _TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["unit", "units", "questions", "question", "nearest"]), inner
        )
    ),
    max_leaves=15,
)
_ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "unit": st.integers(1, 3),
            "units": st.lists(st.integers(1, 3)),
            "questions": st.lists(_TEXTS),
            "question": _TEXTS,
        }
    )
)


@given(
    st.dictionaries(st.sampled_from(["single", "together", "not_answered"]), _ANY | _ITEMS),
    st.text(max_size=20),
)
def test_any_reply_gives_what_a_companion_file_may_hold_or_a_reason(data: Any, noise: str) -> None:
    try:
        found = check(noise + json.dumps(data))
    except LLMReplyError:
        return
    assert found.answered
    starts = {unit.start for unit in WINDOW.units}
    for group in found.answered:
        assert {span.start for span in group.spans} <= starts
        assert all(6 <= len(question) <= 250 for question in group.questions)
        assert len(set(group.questions)) == len(group.questions) > 0
    assert written_bytes(found, TEXT).decode().count("\n") == (
        1 + len(found.answered) + len(found.unanswered)
    )


def test_it_is_read_back_as_a_companion_file_is(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = check({**GOOD, "not_answered": [{"question": "Who leads it?", "nearest": 1}]})
    path = tmp_path_factory.mktemp("companion") / "report.questions.jsonl"
    path.write_bytes(written_bytes(found, TEXT).partition(b"\n")[2])
    assert load_enrichment(path, TEXT) == found
