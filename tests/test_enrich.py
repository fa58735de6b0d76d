"""The questions written for a report: read whole, or refused with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.enrich import (
    ENRICHED_SUFFIX,
    Enrichment,
    companion_questions,
    load_enrichment,
    merged,
    questions_file,
    written_bytes,
)
from index.errors import ReportError
from index.parse import read_report
from index.types import Answered, Span, Unanswered

TEXT = "The force is good. It listens."


def load(folder: Path, *lines: str) -> Enrichment:
    path = folder / "report.questions.jsonl"
    path.write_bytes("\n".join(lines).encode())
    return load_enrichment(path, TEXT)


def test_answered_and_unanswered(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        "\ufeff" + '{"spans": [[19, 30], [0, 18]], "questions": ["Is it good?", "Why\u2028so?"]}',
        "",
        '{"question": "Who leads it?"}\r',
        '{"question": "How old?", "instead": "How good it is", "nearest": [[0, 3]]}',
        '{"question": "How far?", "instead": null}',
    )
    assert found == Enrichment(
        (Answered((Span(0, 18), Span(19, 30)), ("Is it good?", "Why\u2028so?")),),
        (
            Unanswered("Who leads it?"),
            Unanswered("How old?", "How good it is", (Span(0, 3),)),
            Unanswered("How far?"),
        ),
    )


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "5",
        "[]",
        '"questions"',
        "{}",
        "[" * 100_000,
        '{"questions": ["Is it?"]}',
        '{"spans": [], "questions": ["Is it?"]}',
        '{"spans": [[0, 31]], "questions": ["Is it?"]}',
        '{"spans": [[3, 3]], "questions": ["Is it?"]}',
        '{"spans": [[-1, 3]], "questions": ["Is it?"]}',
        '{"spans": [[true, 3]], "questions": ["Is it?"]}',
        '{"spans": [[0, 3.0]], "questions": ["Is it?"]}',
        '{"spans": [["a", "b"]], "questions": ["Is it?"]}',
        '{"spans": [[0, 1, 2]], "questions": ["Is it?"]}',
        '{"spans": [[0, 3]], "questions": []}',
        '{"spans": [[0, 3]], "questions": "Is it?"}',
        '{"spans": [[0, 3]], "questions": [" "]}',
        r'{"spans": [[0, 3]], "questions": ["\ud800"]}',
        '{"question": ""}',
        '{"question": "Who?", "instead": 5}',
        '{"question": "Who?", "nearest": null}',
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ReportError, match=r"^report\.questions\.jsonl, line 2: "):
        load(tmp_path, '{"question": "Who?"}', line)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"none\.jsonl: cannot be read"):
        load_enrichment(tmp_path / "none.jsonl", TEXT)
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReportError, match=r"bytes\.jsonl: cannot be read"):
        load_enrichment(tmp_path / "bytes.jsonl", TEXT)


def test_it_is_found_beside_the_report(tmp_path: Path) -> None:
    report = tmp_path / "fenwick.v2.txt"
    report.write_text(TEXT)
    assert questions_file(report) == tmp_path / "fenwick.v2.questions.jsonl"
    assert read_report(report).answered == ()
    questions_file(report).write_text('{"spans": [[0, 18]], "questions": ["Is it good?"]}')
    assert read_report(report).answered == (Answered((Span(0, 18),), ("Is it good?",)),)


WRITTEN = Enrichment(
    (Answered((Span(0, 18), Span(19, 30)), ("Is it good?", "Does it “listen”?")),),
    (Unanswered("Who leads it?", "", (Span(0, 18),)), Unanswered("How old?", "Its goodness")),
)


def test_what_a_program_wrote_comes_back_for_the_same_text_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    beside = {ENRICHED_SUFFIX: written_bytes(WRITTEN, TEXT)}
    assert companion_questions(beside, "fenwick", TEXT) == WRITTEN
    assert caplog.text == ""
    assert companion_questions(beside, "fenwick", "It is bad.") == Enrichment()
    assert "fenwick.enriched.jsonl: left out" in caplog.text
    assert "peel index add REPORT --enrich" in caplog.text


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"5", 1),
        (b'{"spans": [[0, 18]], "questions": ["Is it good?"]}', 1),
        (written_bytes(WRITTEN, TEXT) + b"{}", 5),
    ],
)
def test_a_malformed_line_that_a_program_wrote_is_named(content: bytes, line: int) -> None:
    with pytest.raises(ReportError, match=rf"^fenwick\.enriched\.jsonl, line {line}: "):
        companion_questions({ENRICHED_SUFFIX: content}, "fenwick", TEXT)


def test_a_person_goes_before_a_program() -> None:
    person = Enrichment(
        (Answered((Span(0, 18),), ("IS it  good",)),), (Unanswered("Does it listen?"),)
    )
    assert merged(person, WRITTEN) == Enrichment(
        person.answered, (*person.unanswered, *WRITTEN.unanswered)
    )
    assert merged(Enrichment(), WRITTEN) == WRITTEN
    assert merged(WRITTEN, Enrichment()) == WRITTEN == merged(WRITTEN, WRITTEN)
    half = Enrichment((Answered((Span(0, 18),), ("Is it good?", "How good?")),))
    assert merged(person, half).answered[1:] == (Answered((Span(0, 18),), ("How good?",)),)


def test_every_question_of_the_bundled_report_points_at_its_units(report_path: Path) -> None:
    document = read_report(report_path)
    assert len(document.answered) > 100
    starts = {unit.start for unit in document.units}
    spans = [span for group in document.answered for span in group.spans]
    assert [span for span in spans if span.start not in starts] == []
    assert all(item.question.strip() for item in document.unanswered)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(
                        st.sampled_from(["spans", "questions", "question", "instead", "nearest"]),
                        inner), max_leaves=12))  # fmt: skip
def test_any_json(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    path = tmp_path_factory.getbasetemp() / "any.questions.jsonl"
    path.write_text(json.dumps(data))
    try:
        found = load_enrichment(path, TEXT)
    except ReportError:
        return
    spans = [span for group in found.answered for span in group.spans]
    assert all(0 <= span.start < span.end <= len(TEXT) for span in spans)
