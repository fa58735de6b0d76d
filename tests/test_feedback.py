"""Feedback: checked, kept by many at once, and made into a question set."""

from __future__ import annotations

import json
import multiprocessing
import resource
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from keyword_answerer import KeywordQA

from eval.dataset import load_set, save_set
from eval.from_feedback import BOTH, NO_PASSAGE, REPLACED, questions_of, read_feedback
from eval.gold import locate
from index.errors import DatasetError, FeedbackError
from index.parse import parse_text
from rag.feedback import Feedback, append_feedback, judged
from rag.types import Answer

TEXT = (
    "North 2020\n\nThe force has nine trained dogs.\n\nThe force has a small budget.\n\n"
    "It should train more handlers for dogs.\n"
)
NORTH = parse_text(TEXT, document_id="north", source="north.txt")
DOCUMENTS = {"north": NORTH}
NOON = datetime(2025, 1, 2, 12, 30, 5, tzinfo=UTC)
HANDLERS = ("north", TEXT.index("It should"), TEXT.index("dogs.\n", 60) + 5)


def asked(question: str) -> Answer:
    return KeywordQA(NORTH, max_units=1).ask(question)


def said(question: str, verdict: str, **more: Any) -> Feedback:
    return judged(asked(question), verdict, DOCUMENTS, now=NOON, **more)


def kept(folder: Path, *items: Feedback) -> Path:
    path = folder / "feedback.jsonl"
    for item in items:
        append_feedback(path, item)
    return path


def test_a_line_holds_question_answer_fingerprint_time_and_passage(tmp_path: Path) -> None:
    feedback = said(
        "Are there trained dogs?",
        "down",
        history=["Is it good?"],
        reason="incomplete",
        comment="There are <handlers> too.",
        passage=HANDLERS,
    )
    path = kept(tmp_path / "deep", feedback)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["question"] == "Are there trained dogs?"
    assert data["time"] == "2025-01-02T12:30:05+00:00"
    assert data["fingerprint"] == data["answer"]["fingerprint"] == "2-1"
    assert data["passage"] == {
        "document": "north",
        "start": HANDLERS[1],
        "end": HANDLERS[2],
        "quote": "It should train more handlers for dogs.",
    }
    assert read_feedback(path) == (feedback,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.touch(0o644)
    append_feedback(path, said("Are there trained dogs?", "up"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"reason": "ugly"}, "the reason is 'ugly'; give one of not_answered, incomplete,"),
        ({"comment": "x" * 2001}, "has 2,001 characters; please write at most 2,000"),
        ({"passage": ("south", 0, 5)}, "no report 'south'; the reports are: north"),
        ({"passage": ("north", 5, 5)}, "no words at 5-5 of north"),
        ({"passage": ("north", 10, 12)}, "no words at 10-12"),
        ({"passage": ("north", -1, 5)}, "no words at -1-5"),
        ({"passage": ("north", 0, 10**9)}, "no words at 0-1000000000"),
    ],
)
def test_what_is_not_sound_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(FeedbackError, match=message):
        said("Are there trained dogs?", "down", **more)


def test_an_unknown_verdict_and_a_forged_answer_are_refused() -> None:
    with pytest.raises(FeedbackError, match="the verdict is 'sideways'; give 'up' or 'down'"):
        said("Are there trained dogs?", "sideways")
    answer = asked("Are there trained dogs?")
    forged = replace(answer, citations=(replace(answer.citations[0], quote="Perfect."),))
    with pytest.raises(FeedbackError, match=r"not from this library: \[1\] north does not say"):
        judged(forged, "up", DOCUMENTS)


def _write_many(path: Path, worker: int) -> None:
    for number in range(20):
        append_feedback(path, said("Are there trained dogs?", "up", comment=f"{worker}.{number}"))


def test_many_processes_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=_write_many, args=(path, n)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    comments = [item.comment for item in read_feedback(path)]
    assert sorted(comments) == sorted(f"{n}.{m}" for n in range(4) for m in range(20))
    assert [c for c in comments if c[0] == "0"] == [f"0.{m}" for m in range(20)]


def test_a_line_that_a_crash_cut_harms_no_other(tmp_path: Path) -> None:
    feedback = said("Are there trained dogs?", "up")
    path = kept(tmp_path, feedback)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    append_feedback(path, feedback)
    assert path.read_bytes() == whole + whole[:100] + b"\n" + whole
    with pytest.raises(DatasetError, match=r"feedback\.jsonl, line 2: this is not JSON"):
        read_feedback(path)


def _fill(path: Path, limit: int, result: Any) -> None:
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        append_feedback(path, said("Are there trained dogs?", "up"))
    except FeedbackError as error:
        result.put(str(error))


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = kept(tmp_path, said("Are there trained dogs?", "up"))
    before = path.read_bytes()
    fork = multiprocessing.get_context("fork")
    result = fork.Queue()
    worker = fork.Process(target=_fill, args=(path, len(before) + 100, result))
    worker.start()
    assert "cannot be kept in" in result.get(timeout=60)
    worker.join(60)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FeedbackError, match=r"cannot be kept in .* make the folder writable"):
        kept(tmp_path / "file", said("Are there trained dogs?", "up"))


def test_feedback_becomes_a_set_that_is_loaded_and_located(tmp_path: Path) -> None:
    path = kept(
        tmp_path,
        said("Are there trained dogs?", "up"),
        said("What about dogs and handlers?", "down", passage=HANDLERS, history=["Is it good?"]),
        said("Does the force have submarines?", "up"),
        said("Is there a small budget for cats?", "down", reason="not_said"),
        said("Is there a small budget?", "down", reason="incomplete"),
        said("Are there trained cats?", "down"),
        said("Which dogs?", "down", reason="not_said", passage=HANDLERS),
    )
    made = questions_of(path)
    assert made.skipped == {NO_PASSAGE: 2, BOTH: 1}
    out = tmp_path / "set.jsonl"
    save_set(made.questions, out)
    up, passage, absent, denied = load_set(out)
    assert (up.question, up.kind, up.answerable) == ("Are there trained dogs?", "feedback", True)
    assert up.gold_spans == ("The force has nine trained dogs.",)
    assert passage.gold_spans == ("It should train more handlers for dogs.",)
    assert passage.history == ("Is it good?",)
    assert passage.documents == ("north",)
    assert (absent.kind, absent.answerable, absent.gold_spans) == ("unanswerable", False, ())
    assert denied.question == "Is there a small budget for cats?"
    assert not denied.answerable
    (span,) = locate(passage, DOCUMENTS).spans
    assert (span.places[0].start, span.places[0].end) == HANDLERS[1:]


def test_the_last_word_on_a_question_counts(tmp_path: Path) -> None:
    path = kept(
        tmp_path,
        said("Are there trained dogs?", "up"),
        said("Are there trained dogs?", "up", history=["Is it good?"]),
        said("Are there trained dogs?", "down", reason="not_said"),
    )
    made = questions_of(path)
    assert [item.answerable for item in made.questions] == [False, True]
    assert made.skipped == {REPLACED: 1}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "this is not JSON"),
        ("[]", "its 'feedback' is None, and format 1 is read; mend or remove the line"),
        ('{"feedback": 2}', "its 'feedback' is 2"),
        ('{"feedback": 1, "verdict": "up"}', "time: Field required"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_lost(tmp_path: Path, line: str, message: str) -> None:
    path = kept(tmp_path, said("Are there trained dogs?", "up"))
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(DatasetError) as caught:
        questions_of(path)
    assert str(caught.value).startswith(f"{path}, line 3: ")
    assert message in str(caught.value)
    assert path.read_bytes() == before


def test_feedback_that_makes_no_question_is_said(tmp_path: Path) -> None:
    path = kept(tmp_path, said("Are there trained dogs?", "down"))
    with pytest.raises(DatasetError, match=r"nothing that a question can be made of \(1 rejected"):
        questions_of(path)
