"""Runs over the real report: what is scored, what is written, what is read back."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyword_answerer import KeywordQA

from eval.dataset import Question, bundled_sets, load_set, parse_question, set_sha256
from eval.html import report_html
from eval.page import page, tag
from eval.run import evaluate, load_run, write_run
from eval.text import run_text
from eval.types import Evaluation, Run, TextRun
from index.errors import DatasetError
from index.parse import parse_text, read_report
from index.reports import bundled_report
from index.types import Document
from rag.types import Answer

DEVELOPMENT = "city-of-london-peel-2017"
FEEDBACK = "The force should implement a process to obtain feedback from victims of domestic abuse."


@pytest.fixture(scope="module")
def report() -> Document:
    return read_report(bundled_report())


@pytest.fixture(scope="module")
def development() -> tuple[Question, ...]:
    return load_set(bundled_sets()[DEVELOPMENT])


@pytest.fixture(scope="module")
def run(report: Document, development: tuple[Question, ...]) -> Evaluation:
    return evaluate(KeywordQA(report), development, set_name=DEVELOPMENT)


def question(**changes: Any) -> Question:
    data = {
        "id": "q1",
        "question": "Should the force obtain feedback from victims of domestic abuse?",
        "kind": "yesno",
        "answerable": True,
        "history": [],
        "gold_spans": [FEEDBACK],
        "required": [["obtain feedback"]],
        "forbidden": [],
    }
    return parse_question(json.dumps(data | changes), "set.jsonl, line 1")


def unanswerable(**changes: Any) -> Question:
    nothing = {"kind": "unanswerable", "answerable": False, "gold_spans": [], "required": []}
    return question(**nothing | {"question": "banana bread recipe?"} | changes)


def test_a_right_answer_scores_as_worked_out_by_hand(report: Document) -> None:
    (result,) = evaluate(KeywordQA(report, max_units=1), [question()]).results
    assert result.answer.text == f"{FEEDBACK} [1]"
    assert result.scores.values == {
        "correct": 1.0,
        "coverage": 1.0,
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "length_ratio": (len(FEEDBACK) + len(" [1]")) / len(FEEDBACK),
        "wrong_abstention": 0.0,
        "recall_at_1": 1.0,
        "recall_at_3": 1.0,
        "recall_at_5": 1.0,
        "recall_at_10": 1.0,
        "reciprocal_rank": 1.0,
    }
    assert result.precisions == (1.0,)
    assert result.gold[0].pieces == (TextRun(FEEDBACK, cited=True),)
    assert result.gold[0].rank == 1
    assert result.gold[0].section.endswith("supporting victims? › Areas for improvement")


def test_a_half_right_answer_scores_as_worked_out_by_hand(report: Document) -> None:
    other = "Last updated 22/03/2018"
    asked = question(
        gold_spans=["obtain feedback from victims", other],
        required=[["obtain feedback"], ["22/03/2018"]],
    )
    (result,) = evaluate(KeywordQA(report, max_units=1), [asked]).results
    values = result.scores.values
    first, second = (len("".join(text.split())) for text in ("obtain feedback from victims", other))
    assert (values["correct"], values["coverage"]) == (0.0, 0.5)
    assert values["citation_precision"] == 1.0  # the gold is a clause, the sentence counts whole
    assert values["citation_recall"] == first / (first + second)
    assert values["recall_at_1"] == 0.5
    assert [piece.cited for gold in result.gold for piece in gold.pieces] == [True, False]


def test_a_passage_that_says_the_same_is_right_to_cite_and_not_wrong_to_leave_out(
    report: Document,
) -> None:
    gold = "Last updated 22/03/2018"
    plain = question(gold_spans=[gold])
    also = question(gold_spans=[gold], alt_spans=[FEEDBACK])
    qa = KeywordQA(report, max_units=1)
    without, beside = (evaluate(qa, [asked]).results[0].scores.values for asked in (plain, also))
    assert (without["citation_precision"], beside["citation_precision"]) == (0.0, 1.0)
    assert without["citation_recall"] == beside["citation_recall"] == 0.0


def test_abstaining_is_right_or_wrong(report: Document) -> None:
    shy, bold = KeywordQA(report, min_words=99), KeywordQA(report, min_words=1)
    asked = [
        question(),
        unanswerable(id="q2", question="Who is the force commissioner?", forbidden=["dyson"]),
    ]
    abstained, answered = evaluate(shy, asked), evaluate(bold, asked)
    assert abstained.results[0].scores.values["wrong_abstention"] == 1.0
    assert abstained.results[0].scores.values["coverage"] == 0.0
    assert abstained.results[0].scores.values["citation_precision"] == 0.0
    assert abstained.results[1].scores.values == {"right_abstention": 1.0}
    assert answered.results[0].scores.values["wrong_abstention"] == 0.0
    assert answered.results[1].scores.values == {"right_abstention": 0.0}
    assert abstained.totals["right_abstention"].n == 1
    assert abstained.by_kind.keys() == {"yesno", "unanswerable"}
    assert abstained.by_kind["unanswerable"].keys() == {"right_abstention"}


def test_history_reaches_the_answerer(report: Document) -> None:
    asked = question(
        question="and from whom?",
        history=["Should the force obtain feedback from victims of domestic abuse?"],
    )
    (result,) = evaluate(KeywordQA(report), [asked]).results
    assert result.scores.values["correct"] == 1.0
    assert result.scores.values["recall_at_1"] == 1.0


def test_the_development_set_is_scored_whole(
    run: Evaluation, development: tuple[Question, ...]
) -> None:
    assert [scores.id for scores in run.questions] == [item.id for item in development]
    assert run.set_sha256 == set_sha256(development)
    assert (run.set_name, run.model, run.fingerprint) == (DEVELOPMENT, "keywords", "2-2")
    assert (run.totals["correct"].n, run.totals["right_abstention"].n) == (84, 19)
    right = [scores.values.get("correct") for scores in run.questions].count(1.0)
    assert run.totals["correct"].value == round(right / 84, 6)
    assert 0 < right < 84
    kinds = {
        kind: totals["correct"].n for kind, totals in run.by_kind.items() if "correct" in totals
    }
    assert sum(kinds.values()) == 84
    assert kinds["followup"] == 9
    assert run.by_kind["followup"]["right_abstention"].n == 1
    assert list(run.seconds) == [item.id for item in development]
    assert 0 <= run.latency(0.5) <= run.latency(0.95) <= max(run.seconds.values())


def test_progress_is_told_after_each_question(report: Document) -> None:
    told: list[tuple[int, int]] = []
    asked = [question(), question(id="q2"), unanswerable(id="q3")]
    evaluate(KeywordQA(report), asked, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_gold_that_stands_nowhere_is_refused_before_anything_is_asked(report: Document) -> None:
    qa = KeywordQA(report)
    asked = [
        question(),
        replace(question(gold_spans=["It is bad."]), id="q2", where="s.jsonl, line 2"),
    ]
    with pytest.raises(DatasetError, match=r"s\.jsonl, line 2: the span 'It is bad\.'"):
        evaluate(qa, asked)
    assert qa.asked == []
    with pytest.raises(DatasetError, match="no questions to ask"):
        evaluate(qa, [])


def test_the_same_inputs_give_the_same_scores_byte_for_byte(
    report: Document, development: tuple[Question, ...], run: Evaluation, tmp_path: Path
) -> None:
    again = evaluate(KeywordQA(report), development, set_name=DEVELOPMENT)
    write_run(run, tmp_path / "a")
    write_run(again, tmp_path / "b")
    texts = [(tmp_path / name / "scores.json").read_text(encoding="utf-8") for name in "ab"]
    untimed = [re.sub(r'\n "timings": \{.*\n \}\n\}\n\Z', "", text, flags=re.S) for text in texts]
    assert untimed[0] == untimed[1]
    assert "seconds" not in untimed[0]
    answers = [
        [json.loads(line) for line in (tmp_path / name / "answers.jsonl").read_text().splitlines()]
        for name in "ab"
    ]
    assert answers[0] == answers[1]


def test_a_run_is_written_and_read_back(
    run: Evaluation, development: tuple[Question, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "run"
    write_run(run, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "answers.jsonl",
        "misses.md",
        "report.html",
        "scores.json",
        "trace.jsonl",
    ]
    assert load_run(folder).to_dict() == run.to_dict()
    assert load_run(folder / "scores.json") == load_run(folder)
    lines = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 103
    for line, item, result in zip(lines, development, run.results, strict=True):
        data = json.loads(line)
        assert data.pop("id") == item.id
        assert Answer.from_dict(data) == result.answer
    traces = (folder / "trace.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in traces] == [item.id for item in development]


def test_the_trace_says_what_was_read_and_how_early_gold_came(
    report: Document, tmp_path: Path
) -> None:
    asked = [question(), question(id="q2", gold_spans=["Last updated 22/03/2018"])]
    run = evaluate(KeywordQA(report, max_units=1), asked)
    write_run(run, tmp_path)
    found, missed = (
        json.loads(line) for line in (tmp_path / "trace.jsonl").read_text().splitlines()
    )
    assert (found["outcome"], found["cause"]) == ("right", None)
    (gold,) = found["gold"]
    assert (gold["text"], gold["cited"], gold["passage_rank"]) == (FEEDBACK, True, 1)
    assert (gold["unit"]["rank"], gold["unit"]["score"], gold["unit"]["text"]) == (1, 1.0, FEEDBACK)
    assert found["units"][0] == gold["unit"]
    place = gold["unit"]["place"]
    assert report.text[place["start"] : place["end"]] == FEEDBACK
    assert len(found["units"]) == 10 < found["count"]
    assert found["limits"] == {"confidence": 0.5, "share": 1.0, "units": 1}
    assert found["query"] == asked[0].question
    # All that is required is there, though it stands elsewhere than the gold says.
    assert (missed["outcome"], missed["gold"][0]["unit"]) == ("right", None)


def test_only_the_files_of_a_run_are_written_over(run: Evaluation, tmp_path: Path) -> None:
    write_run(run, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    write_run(replace(run, set_name="renamed"), tmp_path)
    assert load_run(tmp_path).set_name == "renamed"
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 6


def test_a_run_that_cannot_be_finished_leaves_no_scores(run: Evaluation, tmp_path: Path) -> None:
    write_run(run, tmp_path)
    (tmp_path / "report.html").unlink()
    (tmp_path / "report.html").mkdir()
    with pytest.raises(DatasetError, match=r"report\.html cannot be written .*choose another"):
        write_run(run, tmp_path)
    assert not (tmp_path / "scores.json").exists()
    with pytest.raises(DatasetError, match=r"scores\.json cannot be read \(No such file"):
        load_run(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(run: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(DatasetError, match=r"out.scores\.json cannot be removed \(Not a dir"):
        write_run(run, tmp_path / "out")


def _without(data: dict[str, Any], *path: Any) -> None:
    for key in path[:-1]:
        data = data[key]
    del data[path[-1]]


def _with(data: dict[str, Any], value: Any, *path: Any) -> None:
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = value


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: _with(data, 2, "format"), "the format of the scores is 2, and 1 is read"),
        (lambda data: _without(data, "set", "sha256"), "KeyError: 'sha256'"),
        (lambda data: _with(data, [], "questions"), "there are no questions"),
        (lambda data: _with(data, "1", "questions", 0, "values", "correct"), "'1' is not a number"),
        (lambda data: _with(data, True, "totals", "correct", "low"), "True is not a number"),
        (lambda data: _with(data, 1, "questions", 0, "abstained"), "1 is not true or false"),
        (lambda data: _with(data, None, "model"), "None is not a string"),
        (
            lambda data: _without(data, "questions", 0, "values", "correct"),
            r"b001 has other scores than it should: \['correct'\]",
        ),
        (lambda data: _without(data, "timings", "seconds", "b001"), "timings are of other"),
        (lambda data: data["questions"].append(data["questions"][0]), "or one stands twice"),
        (lambda data: data.update(questions=7), "TypeError"),
    ],
)
def test_scores_that_were_spoilt_are_refused(
    run: Evaluation, tmp_path: Path, spoil: Any, message: str
) -> None:
    data = run.to_dict()
    data = json.loads(json.dumps(data))
    spoil(data)
    file = tmp_path / "scores.json"
    file.write_text(json.dumps(data))
    with pytest.raises(DatasetError, match=message) as caught:
        load_run(tmp_path)
    assert str(caught.value).startswith(f"{file}: ")
    assert str(caught.value).endswith("write it anew with: peel eval run SET --out DIR")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": NaN}', "null"])
def test_a_file_that_is_not_scores_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "scores.json").write_text(text)
    with pytest.raises(DatasetError, match=r"^.*scores\.json: "):
        load_run(tmp_path / "scores.json")


def test_totals_are_shown_as_text(run: Evaluation) -> None:
    lines = run_text(run).splitlines()
    total = run.totals["correct"]
    assert lines[0].split() == ["95%", "interval", "n"]
    assert lines[1].split() == (
        f"Correct {total.value:.1%} {total.low:.1%} to {total.high:.1%} 84".split()
    )
    assert lines[-1].startswith("Latency: p50 ")


class _Page(HTMLParser):
    """The elements, the attributes and the visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.scripts: list[str] = []
        self.current = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.current = tag
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if tag == self.current:
            self.current = ""

    def handle_data(self, data: str) -> None:
        if self.current == "script":
            self.scripts.append(data)
        self.words += data


def test_the_page_shows_every_question_with_answer_gold_and_misses(run: Evaluation) -> None:
    parsed = _Page(report_html(run))
    ids = [value for name, value in parsed.attributes if name == "id"]
    assert ids == [scores.id for scores in run.questions]
    shown = " ".join(parsed.words.split())
    for result in run.results:
        for text in (
            result.question.question,
            *result.question.history,
            *result.question.gold_spans,
            *(part.text for part in result.answer.parts),
            *(citation.quote for citation in result.answer.citations),
            *(near.quote for near in result.answer.nearest),
        ):
            assert " ".join(text.split()) in shown
    for label in (
        "Correct",
        "Recall@5",
        "MRR",
        "By kind",
        "Mean confidence",
        "false premise",
        "Why questions were missed",
    ):
        assert label in shown
    missed = sum(scores.values.get("correct") == 0.0 for scores in run.questions)
    assert f"All 103Missed {missed}Abstained wrongly " in shown


def test_the_page_draws_how_far_confidence_can_be_believed(report: Document) -> None:
    asked = [question(), unanswerable(id="q2", question="domestic abuse in Wigan?")]
    run = evaluate(KeywordQA(report), asked)
    # Words shared with a unit: eight of the first question's, two of the second's.
    assert [result.answer.confidence for result in run.results] == [0.8, 0.5]
    text = report_html(run)
    # 0.8 is answered and 0.5 is not, on a square of 260 at 44 and 12.
    places = re.findall(r'<circle cx="([^"]+)" cy="([^"]+)"', text)
    assert places == [("174.0", "272.0"), ("252.0", "12.0")]
    assert "calibration error, ten bins, 2 questions: 0.350." in _Page(text).words


def test_the_page_asks_nothing_of_any_host_and_runs_its_own_script_alone(run: Evaluation) -> None:
    text = report_html(run)
    parsed = _Page(text)
    names = {name for name, _ in parsed.attributes}
    assert names.isdisjoint({"src", "href", "action", "srcset", "data", "background"})
    assert not any(name.startswith("on") for name in names)
    assert "url(" not in text
    assert "@import" not in text
    (script,) = parsed.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(
        value for name, value in parsed.attributes if name == "content" and "default" in value
    )
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in policy


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \"' </title></details>"


class _Hostile(KeywordQA):
    """Puts markup wherever an answer has text of its own."""

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        answer = super().ask(question, history)
        return replace(
            answer,
            model=HOSTILE,
            fingerprint=HOSTILE,
            understood=HOSTILE,
            parts=tuple(replace(part, text=HOSTILE) for part in answer.parts),
            citations=tuple(replace(c, section=HOSTILE) for c in answer.citations),
            nearest=tuple(replace(near, section=HOSTILE) for near in answer.nearest),
        )


def test_markup_in_reports_questions_and_answers_is_shown_and_inert(tmp_path: Path) -> None:
    said = f"The force wrote {HOSTILE} in its plan."
    document = parse_text(
        f"{HOSTILE}\n\nFindings\n\n{said}\n\nAnother sentence stands here.\n",
        document_id="hostile",
        source="hostile.txt",
    )
    asked = [
        question(
            id=HOSTILE,
            kind=HOSTILE,
            question=f"What plan wrote the force? {HOSTILE}",
            history=[HOSTILE],
            gold_spans=[HOSTILE],
            required=[[HOSTILE, "plan"]],
            forbidden=[HOSTILE],
            alt_spans=["Another sentence"],
        ),
        unanswerable(id="q2", forbidden=[HOSTILE]),
    ]
    hostile = evaluate(_Hostile(document), asked, set_name=HOSTILE)
    parsed = _Page(report_html(hostile))
    assert parsed.tags.count("script") == 1
    assert "img" not in parsed.tags
    assert parsed.tags.count("details") == 2
    assert parsed.words.count(HOSTILE) >= 10
    write_run(hostile, tmp_path)
    assert load_run(tmp_path).questions[0].id == HOSTILE


def test_half_a_surrogate_pair_in_an_answer_is_kept_as_its_escape(
    report: Document, tmp_path: Path
) -> None:
    class Broken(KeywordQA):
        def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
            return replace(super().ask(question, history), understood="\ud83d broken")

    write_run(evaluate(Broken(report), [question()]), tmp_path)
    (line,) = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["understood"] == "\ud83d broken"


@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r")))
def test_any_text_comes_out_of_a_page_as_it_went_in(text: str) -> None:
    parsed = _Page(tag("p", text, title=text))
    assert (parsed.tags, parsed.words) == (["p"], text)
    assert parsed.attributes == [("title", text)]
    assert _Page(page(text)).tags.count("script") == 1


def test_a_run_knows_only_scores(run: Evaluation) -> None:
    assert Run.from_dict(run.to_dict()) == Run(
        **{key: value for key, value in vars(run).items() if key != "results"}
    )
