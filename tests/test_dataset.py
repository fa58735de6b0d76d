"""Question sets: reading, refusing, saving, and finding their gold in a report."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.dataset import (
    PageReference,
    Question,
    bundled_sets,
    load_set,
    parse_question,
    save_set,
    set_sha256,
)
from eval.gold import Place, characters, locate
from index.errors import DatasetError
from index.parse import parse_text, read_report
from index.reports import bundled_report
from index.types import Document

DEVELOPMENT = "city-of-london-peel-2017"

TWO_REPORTS = {
    "north": "North 2020\n\nThe force is good.\n\nIt should  train its officers. It is small.\n",
    "south": "South 2020\n\nThe force is good.\n\nIt is large.\n",
}


@pytest.fixture(scope="module")
def report() -> Document:
    return read_report(bundled_report())


@pytest.fixture(scope="module")
def reports() -> dict[str, Document]:
    return {
        name: parse_text(text, document_id=name, source=f"{name}.txt")
        for name, text in TWO_REPORTS.items()
    }


def line(**changes: Any) -> str:
    """A line of a set, with some fields other than usual; ``...`` leaves a field out."""
    data = {
        "id": "q1",
        "question": "Is the force good?",
        "kind": "verdict",
        "answerable": True,
        "history": [],
        "gold_spans": ["The force is good."],
        "required": [["good"]],
        "forbidden": [],
    }
    return json.dumps({key: value for key, value in (data | changes).items() if value is not ...})


def question(**changes: Any) -> Question:
    return parse_question(line(**changes), "set.jsonl, line 1")


def written(folder: Path, *lines: str) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_development_set_is_read_as_it_was_written() -> None:
    questions = load_set(bundled_sets()[DEVELOPMENT])
    assert len(questions) == 103
    assert sum(item.answerable for item in questions) == 84
    assert Counter(item.kind for item in questions) == {
        "fact": 24,
        "unanswerable": 18,
        "list": 16,
        "why_how": 10,
        "followup": 10,
        "yesno": 8,
        "verdict": 6,
        "compare": 4,
        "false_premise": 4,
        "definition": 3,
    }
    assert questions[0] == Question(
        id="b001",
        question="when was this page last changed?",
        history=(),
        kind="fact",
        answerable=True,
        gold_spans=("Last updated 22/03/2018",),
        required=(("22/03/2018",),),
        forbidden=(),
    )


@pytest.mark.parametrize("name", ["", "-second", "-kept"])
def test_every_gold_span_of_the_sets_on_the_bundled_report_stands_in_it(
    report: Document, name: str
) -> None:
    for item in load_set(bundled_sets()[DEVELOPMENT + name]):
        for span in locate(item, {report.document_id: report}).spans:
            (place,) = span.places
            assert report.text[place.start : place.end] == span.text


def test_optional_fields_are_read() -> None:
    item = question(
        alt_spans=["The force does well."], documents=["north.pdf"], pages=[["north.pdf", 3]]
    )
    assert item.alt_spans == ("The force does well.",)
    assert item.documents == ("north.pdf",)
    assert item.pages == (PageReference("north.pdf", 3),)


def test_blank_lines_line_separators_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    odd = line(question="one\u2028two").replace("\\u2028", "\u2028")
    path.write_bytes(f"\ufeff{odd}\r\n\r\n{line(id='q2')}".encode())
    first, second = load_set(path)
    assert first.question == "one\u2028two"
    assert (second.id, second.where) == ("q2", f"{path}, line 3")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "this is not JSON"),
        ("[]", "a question is a JSON object, not a list"),
        ("7", "a question is a JSON object, not 7"),
        ("[" * 100_000, "recursion"),
        (line()[:-1] + ', "id": "q9"}', "the field 'id' stands twice"),
        (line().replace("true", "NaN"), "NaN is not a JSON number"),
        (line(kind=...), "the field 'kind' is missing; add it"),
        (line(gold=[]), "there is no field 'gold'; the fields are id, question"),
        (line(id=7), "the field 'id' is 7; write a string"),
        (line(question=" \n"), "the field 'question' holds an empty string"),
        (line(question="\ud800"), "the field 'question' holds half of a surrogate pair"),
        (line(answerable="yes"), "the field 'answerable' is \"yes\"; write true or false"),
        (line(answerable=1), "the field 'answerable' is 1; write true or false"),
        (line(history="earlier"), "the field 'history' is \"earlier\"; write a list"),
        (line(gold_spans=[{}]), "the field 'gold_spans' is an object; write a string"),
        (line(gold_spans=[""]), "the field 'gold_spans' holds an empty string"),
        (line(required=["good"]), "the field 'required' is \"good\"; write a list"),
        (line(required=[[]]), "the field 'required' holds an empty group"),
        (line(forbidden=[""]), "the field 'forbidden' holds an empty string"),
        (line(pages=[["a.pdf"]]), "the field 'pages' holds a list; write [file, page]"),
        (line(pages=[["a.pdf", 0]]), "the field 'pages' holds the page 0; count pages from 1"),
        (line(pages=[["a.pdf", True]]), "the field 'pages' holds the page true"),
        (line(gold_spans=[]), "an answerable question needs gold"),
        (line(answerable=False), "has nothing in 'gold_spans'; empty it or"),
        (line(answerable=False, gold_spans=[]), "has nothing in 'required'; empty it or"),
        (
            line(answerable=False, gold_spans=[], required=[], alt_spans=["x"]),
            "has nothing in 'alt_spans'; empty it or",
        ),
        (line(id="q0"), "the id 'q0' is already that of"),
    ],
)
def test_a_malformed_line_is_named_with_its_fault(tmp_path: Path, bad: str, message: str) -> None:
    path = written(tmp_path, line(id="q0"), bad)
    with pytest.raises(DatasetError) as caught:
        load_set(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert message in str(caught.value)


def test_a_byte_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(line().encode() + b"\n\n" + line(id="q2").encode()[:-2] + b"\x92\n")
    with pytest.raises(DatasetError, match=r"set\.jsonl, line 3: byte 0x92 is not UTF-8; save"):
        load_set(path)


def test_an_empty_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"set\.jsonl holds no questions"):
        load_set(written(tmp_path, "", " "))
    with pytest.raises(DatasetError, match=r"none\.jsonl cannot be read \(No such file"):
        load_set(tmp_path / "none.jsonl")


_words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(str.strip)
_several = st.lists(_words, max_size=3).map(tuple)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    answerable = draw(st.booleans())
    some = st.lists(_words, min_size=1, max_size=3).map(tuple)
    return Question(
        id=draw(_words),
        question=draw(_words),
        history=draw(_several),
        kind=draw(_words),
        answerable=answerable,
        gold_spans=draw(some) if answerable else (),
        required=draw(st.lists(some, max_size=2).map(tuple)) if answerable else (),
        forbidden=draw(_several),
        alt_spans=draw(_several) if answerable else (),
        documents=draw(_several),
        pages=tuple(draw(st.lists(st.builds(PageReference, _words, st.integers(1)), max_size=2))),
    )


@settings(deadline=None)
@given(items=st.lists(questions(), min_size=1, max_size=4, unique_by=lambda item: item.id))
def test_what_is_saved_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, items: list[Question]
) -> None:
    path = tmp_path_factory.mktemp("saved") / "deep" / "set.jsonl"
    save_set(items, path)
    assert load_set(path) == tuple(items)
    assert [file.name for file in path.parent.iterdir()] == ["set.jsonl"]


def test_the_hash_is_of_what_is_asked_and_not_of_how_it_is_written(tmp_path: Path) -> None:
    data = json.loads(line())
    turned = json.dumps(dict(reversed(data.items())) | {"alt_spans": []}, indent=None)
    same = load_set(written(tmp_path, "", turned))
    assert set_sha256(same) == set_sha256([question()])
    assert set_sha256([question(question="Is it good?")]) != set_sha256(same)
    # SHA-256 of the canonical line, worked out with sha256sum.
    assert set_sha256(same) == "c74fd8b86a97a28a22e7547d470bad11a701af77c2e038cb3043caeaf82f1b50"


def test_gold_is_found_wherever_it_stands(reports: dict[str, Document]) -> None:
    (span,) = locate(question(), reports).spans
    north, south = span.places
    assert (north.document_id, south.document_id) == ("north", "south")
    for place in span.places:
        assert reports[place.document_id].text[place.start : place.end] == "The force is good."


@pytest.mark.parametrize("name", ["south", "south.txt"])
def test_gold_is_looked_for_only_in_the_reports_named(
    reports: dict[str, Document], name: str
) -> None:
    (span,) = locate(question(documents=[name]), reports).spans
    assert [place.document_id for place in span.places] == ["south"]


def test_white_space_may_differ_where_gold_is_not_found_exactly(
    reports: dict[str, Document],
) -> None:
    (span,) = locate(question(gold_spans=["should train its officers."]), reports).spans
    (place,) = span.places
    assert reports["north"].text[place.start : place.end] == "should  train its officers."


def test_whole_sentences_touched_by_gold_or_alternatives_are_citable(
    reports: dict[str, Document],
) -> None:
    item = question(gold_spans=["officers. It is small"], alt_spans=["large"])
    citable = [
        (place.document_id, reports[place.document_id].text[place.start : place.end])
        for place in locate(item, reports).citable
    ]
    assert citable == [
        ("north", "It should  train its officers."),
        ("north", "It is small."),
        ("south", "It is large."),
    ]


def test_gold_that_stands_nowhere_is_named_with_file_line_and_span(
    reports: dict[str, Document],
) -> None:
    with pytest.raises(DatasetError) as caught:
        locate(question(gold_spans=["The force is bad."]), reports)
    assert str(caught.value).startswith(
        "set.jsonl, line 1: the span 'The force is bad.' stands in none of the reports; "
    )


def test_a_report_that_is_not_there_is_named_with_those_that_are(
    reports: dict[str, Document],
) -> None:
    with pytest.raises(DatasetError, match=r"line 1: the report 'west' .* holds north, south;"):
        locate(question(documents=["west"]), reports)


def test_characters_leave_white_space_out_and_count_foreign_places_whole(
    reports: dict[str, Document],
) -> None:
    start = reports["north"].text.index("should  train its")
    places = [Place("north", start, start + 17), Place("north", start, start + 6)]
    assert len(characters(places, reports)) == len("shouldtrainits")
    assert characters([Place("west", 0, 3)], reports) == {("west", 0), ("west", 1), ("west", 2)}
    assert characters([Place("north", 10_000, 10_010)], reports) == frozenset()
    assert characters([], reports) == frozenset()
