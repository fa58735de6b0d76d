"""Conditions on what is known of reports: in the function, on the command line, in a question."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.embed import Encoder
from index.errors import QuestionError
from index.library import Library
from index.parse import read_report
from index.types import Document, Fact
from rag.pipeline import ReportQA
from rag.where import chosen_reports, fields_of, values_of
from ui.cli import app

REPORTS = Path(__file__).parent.parent / "eval/sets/reports"
SLOUGH, SURREY = "slough-ilacs-2023", "surrey-send-2023"
TRAFFORD, WANDSWORTH = "trafford-send-2023", "wandsworth-ilacs-2023"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    path = tmp_path_factory.mktemp("where")
    return Library.create(path, encoder=encoder, reports=sorted(REPORTS.glob("*.md")))


@pytest.fixture(scope="module")
def qa(library: Library) -> ReportQA:
    return ReportQA(library)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"kind": "send"}, (SURREY, TRAFFORD)),
        ({"kind": "ILACS", "overall": "requires improvement to be good"}, (SLOUGH,)),
        ({"kind": "children’s services"}, (SLOUGH, WANDSWORTH)),
        ({"inspected": "2022"}, (WANDSWORTH,)),
        ({"inspected": "2023-01/2023-06"}, (SLOUGH,)),
        ({"inspected": ["2022", "2023-09"]}, (SURREY, WANDSWORTH)),
        ({"organisation": "SLOUGH"}, (SLOUGH,)),
        ({"organisation": ["slough", "surrey"]}, (SLOUGH, SURREY)),
        ({"inspectorate": "CQC"}, (SURREY, TRAFFORD)),
    ],
)
def test_reports_are_chosen_by_what_is_known_of_them(
    library: Library, where: dict[str, str], found: tuple[str, ...]
) -> None:
    assert chosen_reports(library.documents, None, where) == found


def test_no_condition_chooses_nothing_away(library: Library) -> None:
    assert chosen_reports(library.documents) is None
    assert chosen_reports(library.documents, None, {}) is None
    assert chosen_reports(library.documents, [SURREY, SLOUGH]) == (SLOUGH, SURREY)
    both = chosen_reports(library.documents, [SURREY, SLOUGH], {"kind": "SEND"})
    assert both == (SURREY,)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"colour": "red"}, "cannot be chosen by 'colour'; there are: organisation, "),
        ({"kind": "peel"}, "no report here has kind=peel; ask with fewer"),
        ({"kind": "ILACS", "overall": "poor"}, "no report here has kind=ILACS, overall=poor"),
        ({"kind": " "}, "no value is given for 'kind'"),
        ({"kind": []}, "no value is given for 'kind'"),
    ],
)
def test_conditions_that_choose_none_say_so(
    library: Library, where: dict[str, str], message: str
) -> None:
    with pytest.raises(QuestionError, match=message):
        chosen_reports(library.documents, None, where)


def test_a_condition_may_be_on_what_the_file_beside_a_report_says() -> None:
    document = read_report(REPORTS / f"{SLOUGH}.md")
    documents: dict[str, Document] = {
        "a": replace(document, metadata={"region": "South East"}, facts=()),
        "b": replace(document, metadata={"region": "North"}, facts=(Fact("judgement", "good"),)),
    }
    assert "region" in fields_of(documents.values())
    assert chosen_reports(documents, None, {"region": "south east"}) == ("a",)
    assert chosen_reports(documents, None, {"judgement": "Good"}) == ("b",)
    assert values_of(documents["b"], "region") == ("North",)
    assert values_of(documents["a"], "overall") == ()


def test_a_question_is_asked_within_the_chosen_reports(qa: ReportQA) -> None:
    question = "What did inspectors say about waiting times?"
    answer = qa.ask(question, where={"kind": "SEND"})
    assert {item.document for item in answer.citations} <= {SURREY, TRAFFORD}
    assert {item.document for item in answer.sources} <= {SURREY, TRAFFORD}
    everyone = qa.ask("What is the overall outcome of each report?", where={"kind": "SEND"})
    assert {item.document for item in everyone.citations} == {SURREY, TRAFFORD}
    named = qa.ask("What did inspectors say about care leavers in Slough?", where={"kind": "SEND"})
    assert named.abstained
    assert named.text == "There is no report on Slough here; there are reports on Surrey, Trafford."


def test_the_command_line_takes_conditions(library: Library) -> None:
    asked = ["ask", "What is the overall outcome of each report?", "--library", str(library.path)]
    runner = CliRunner()
    done = runner.invoke(
        app, [*asked, "--where", "kind=SEND", "--where", "inspected=2023", "--json"]
    )
    assert {item["document"] for item in json.loads(done.output)["citations"]} == {SURREY, TRAFFORD}
    refused = runner.invoke(app, [*asked, "--where", "kind"])
    assert isinstance(refused.exception, QuestionError)
    assert "write FIELD=VALUE" in str(refused.exception)
