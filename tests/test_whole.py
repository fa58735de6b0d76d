"""Questions on a report as a whole: which are, and that their answers are whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.asked import asked, named
from index.embed import Encoder
from index.library import Library
from index.parse import parse_text, read_report
from rag.cite import verify
from rag.config import RagConfig
from rag.encoder import ReadingEncoder, shared_reader
from rag.pipeline import ReportQA
from rag.suggest import examples
from rag.types import Answer
from rag.whole_intent import WholeIntent, in_general

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "rag/models/whole"
HULL, YORK = "ilacs-hull-2022", "ilacs-york-2022"
DUDLEY, WILTSHIRE = "send-dudley-2025", "send-wiltshire-2024"
SLOUGH = "slough-ilacs-2023"


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> ReportQA:
    folder = ROOT / "tests/data/reports"
    paths = [folder / f"{name}.pdf" for name in (HULL, YORK, DUDLEY, WILTSHIRE)]
    return ReportQA(
        Library.create(tmp_path_factory.mktemp("whole"), encoder=encoder, reports=paths)
    )


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> ReportQA:
    path = ROOT / f"eval/sets/reports/{SLOUGH}.md"
    return ReportQA(Library.create(tmp_path_factory.mktemp("one"), encoder=encoder, reports=[path]))


@pytest.fixture(scope="module")
def reader() -> ReadingEncoder:
    return shared_reader()


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


def test_questions_that_nothing_was_fitted_on(reader: ReadingEncoder) -> None:
    intent, floor = WholeIntent.load(), RagConfig().whole_from
    seen, right, wrong, whole = 0, 0, [], 0
    for line in (MODELS / "held_out.jsonl").read_text().splitlines():
        row = json.loads(line)
        found = intent.of(row["question"], reader.question_vector)
        taken = found.probability >= floor
        if row["kind"] == "none":
            wrong += [row["question"]] if taken else []
            continue
        whole += 1
        seen += taken
        right += taken and found.kind == row["kind"]
    assert seen / whole >= 0.85
    assert right / whole >= 0.85
    assert len(wrong) <= 2, wrong


def test_nothing_was_fitted_on_questions_of_the_sets() -> None:
    sets = [*(ROOT / "eval/sets").glob("*.jsonl"), MODELS / "held_out.jsonl"]
    asked = {
        json.loads(line)["question"].casefold().strip(" ?.!")
        for path in sets
        for line in path.read_text().splitlines()
    }
    fitted = [json.loads(line) for line in (MODELS / "questions.jsonl").read_text().splitlines()]
    assert not [row for row in fitted if row["question"].casefold().strip(" ?.!") in asked]


def test_who_was_inspected_makes_no_difference() -> None:
    assert in_general("What must our hospital do for Ofsted?") == (
        "What must the council do for the inspectors?"
    )


@pytest.mark.parametrize(
    "question",
    ["What should leaders improve?", "What are the main problems?", "list the recommendations"],
)
@pytest.mark.parametrize("name", [HULL, YORK, DUDLEY, WILTSHIRE])
def test_what_is_to_improve_is_whole_and_nothing_else(
    qa: ReportQA, name: str, question: str
) -> None:
    answer = qa.ask(question, reports=[name])
    document = qa.library.documents[name]
    assert quotes(answer) == [document.quote(row.span) for row in named(document)]
    assert len(answer.citations) > 1
    assert answer.parts[0].kind == "lead_in"
    assert verify(answer, qa.library.documents) == []


def test_only_what_stands_under_its_headings_where_a_report_has_them(report_path: Path) -> None:
    report = read_report(report_path)
    heads = {report.quote(block) for block in report.blocks if block.kind == "heading"}
    assert "Areas for improvement" in heads
    assert all(row.lead_in == "" for row in named(report))
    assert len(named(report)) < len(list(asked(report)))
    text = "Fenwick\n\nThe force should:\n\n• Act now.\n• Wait.\n"
    lists = parse_text(text, document_id="fenwick", source="fenwick.txt")
    assert [lists.quote(row.span) for row in named(lists)] == ["Act now.", "Wait."]


def test_a_topic_is_still_searched_for(qa: ReportQA) -> None:
    answer = qa.ask("What should improve in speech and language therapy?", reports=[DUDLEY])
    document = qa.library.documents[DUDLEY]
    assert quotes(answer) != [document.quote(row.span) for row in named(document)]


def test_judgements(qa: ReportQA, alone: ReportQA) -> None:
    assert quotes(qa.ask("What is the overall grade?", reports=[YORK])) == [
        "Overall effectiveness: Requires improvement to be good"
    ]
    outcome = qa.ask("How was it judged?", reports=[DUDLEY])
    assert [fact.field for fact in qa.library.documents[DUDLEY].facts].count("overall") == 1
    assert "arrangements" in outcome.text
    assert len(outcome.citations) == 1
    every = qa.ask("List all the grades.", reports=[HULL])
    facts = qa.library.documents[HULL].facts
    judged = [fact.value for fact in facts if fact.field in ("overall", "judgement")]
    assert len(every.citations) == len(judged) > 1
    assert "impact of leaders" in alone.ask("How was leadership judged?").text
    assert len(alone.ask("How was leadership judged?").citations) == 1


def test_a_summary_is_the_judgements_and_what_is_to_improve(qa: ReportQA) -> None:
    for name in (YORK, WILTSHIRE):
        answer = qa.ask("Summarise the report", reports=[name])
        document = qa.library.documents[name]
        overall = next(fact for fact in document.facts if fact.field == "overall")
        improve = [document.quote(row.span) for row in named(document)]
        assert overall.span is not None
        assert quotes(answer)[0] == document.quote(overall.span)
        assert quotes(answer)[-len(improve) :] == improve
        assert verify(answer, qa.library.documents) == []


def test_strengths(qa: ReportQA) -> None:
    answer = qa.ask("What are the strengths?", reports=[DUDLEY])
    sections = {citation.section for citation in answer.citations}
    assert sections == {"What is the area partnership doing that is effective?"}
    assert len(answer.citations) > 5
    good = qa.ask("What is done well?", reports=[HULL])
    assert not any("Inadequate" in quote for quote in quotes(good))


def test_a_heading_that_asks_is_answered_by_its_section(qa: ReportQA) -> None:
    answer = qa.ask("What does the area partnership need to do better?", reports=[WILTSHIRE])
    assert {citation.section for citation in answer.citations} == {
        "What does the area partnership need to do better?"
    }


def test_several_stand_side_by_side(qa: ReportQA) -> None:
    answer = qa.ask("What should York and Wiltshire improve?")
    assert [part.kind for part in answer.parts].count("report") == 2
    documents = qa.library.documents
    both = [documents[name] for name in (YORK, WILTSHIRE)]
    rows = [document.quote(row.span) for document in both for row in named(document)]
    assert quotes(answer) == rows
    assert verify(answer, documents) == []
    whole = qa.ask("What needs to improve?")
    assert [part.kind for part in whole.parts].count("report") == 4
    assert verify(whole, documents) == []


def test_a_report_without_judgements_is_read_as_before(tmp_path: Path, encoder: Encoder) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Notes\n\nThe pond froze in May.\n\nThe ducks left it in June.\n")
    qa = ReportQA(Library.create(tmp_path / "library", encoder=encoder, reports=[path]))
    assert "judge" not in qa.ask("What is the overall grade?").text.lower()


def test_the_examples_are_answered(qa: ReportQA) -> None:
    for name, document in qa.library.documents.items():
        offered = examples([document])
        assert len(offered) == 6
        assert "What are the what" not in " ".join(offered)
        assert not any("stand for" in question for question in offered)
        for question in offered:
            answer = qa.ask(question, reports=[name])
            assert not answer.abstained, question
            assert verify(answer, qa.library.documents) == []
