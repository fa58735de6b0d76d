"""The question set over a library of hundreds: its gold, its pages, what is held out."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from eval.dataset import Question, load_set

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "tests/data/library"


@pytest.fixture(scope="module")
def questions() -> tuple[Question, ...]:
    return load_set(ROOT / "eval/sets/library.jsonl")


@pytest.fixture(scope="module")
def pages() -> dict[str, list[str]]:
    """The text of each page of twelve reports, by the report's file name."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in TEXTS.glob("*.txt")}
    return {f"{stem}.pdf": text.split("\f") for stem, text in texts.items()}


def places(span: str, report: list[str]) -> set[int]:
    """The pages, from 1, that a span begins and ends on, wherever it stands."""
    text, ends, found, start = "".join(report), [], set(), 0
    for page in report:
        ends.append((ends[-1] if ends else 0) + len(page))
    while (place := text.find(span, start)) >= 0:
        for offset in (place, place + len(span) - 1):
            found.add(1 + sum(end <= offset for end in ends))
        start = place + 1
    return found


def test_every_gold_span_stands_in_its_reports_on_its_pages(
    questions: tuple[Question, ...], pages: dict[str, list[str]]
) -> None:
    checked = 0
    for question in questions:
        spans = [*question.gold_spans, *question.alt_spans]
        known = [name for name in question.documents if name in pages]
        for name in known if question.answerable else ():
            stands = {page for span in spans for page in places(span, pages[name])}
            assert stands == {p.page for p in question.pages if p.file == name}, question.id
            checked += 1
        if len(known) == len(question.documents):
            for span in spans:
                assert any(places(span, pages[name]) for name in known), (question.id, span)
    assert checked >= 120


def test_the_set_is_as_large_and_as_mixed_as_it_is_meant_to_be(
    questions: tuple[Question, ...], pages: dict[str, list[str]]
) -> None:
    assert len(pages) == 12
    assert len(questions) == 159
    kinds = Counter(question.kind for question in questions)
    assert kinds["unanswerable"] == 40
    assert min(kinds[kind] for kind in ("followup", "compare", "list", "false_premise")) >= 8
    named = Counter(name for q in questions if len(q.documents) < 4 for name in q.documents)
    assert all(named[name] >= 5 for name in pages)


def test_a_third_is_held_out_by_the_hash_of_the_id(questions: tuple[Question, ...]) -> None:
    for question in questions:
        digest = hashlib.sha256(question.id.encode()).hexdigest()
        assert question.held_out == (int(digest, 16) % 3 == 0), question.id
    assert 0.3 < sum(question.held_out for question in questions) / len(questions) < 0.4


def test_a_report_that_is_only_named_is_not_one_of_the_other_sets(
    questions: tuple[Question, ...], pages: dict[str, list[str]]
) -> None:
    others = load_set(ROOT / "eval/sets/inspections.jsonl")
    theirs = {name.split("-")[0] for question in others for name in question.documents}
    assert not any(place in name for name in pages for place in theirs)
    assert not {q.question for q in questions} & {q.question for q in others}


def test_a_question_that_is_held_out_is_written_back_so(questions: tuple[Question, ...]) -> None:
    held = next(question for question in questions if question.held_out)
    assert held.to_dict()["held_out"] is True
    assert "held_out" not in replace(held, held_out=False).to_dict()
