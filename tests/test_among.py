"""Which reports a question in the chat is asked of, over real reports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from index.errors import QuestionError
from index.parse import read_report
from index.types import Document
from ui.among import Among, asked_of, choices, listed

REPORTS = Path(__file__).parent.parent / "eval/sets/reports"
SLOUGH, SURREY = "slough-ilacs-2023", "surrey-send-2023"
TRAFFORD, WANDSWORTH = "trafford-send-2023", "wandsworth-ilacs-2023"


@pytest.fixture(scope="module")
def documents() -> Mapping[str, Document]:
    return {path.stem: read_report(path) for path in sorted(REPORTS.glob("*.md"))}


def test_what_can_be_chosen_is_counted(documents: Mapping[str, Document]) -> None:
    found = choices(documents.values())
    assert dict(found["kind"]) == {
        "area SEND inspection": 2,
        "inspection of local authority children’s services": 2,
    }
    assert found["year"] == [("2023", 3), ("2022", 1)]
    assert len(found["organisation"]) == 4
    assert ("requires improvement", 1) in found["overall"]


@pytest.mark.parametrize(
    ("wants", "found"),
    [
        ({}, None),
        ({"kind": "area SEND inspection"}, (SURREY, TRAFFORD)),
        ({"kind": "area SEND inspection", "words": "surrey"}, (SURREY,)),
        ({"overall": "requires improvement"}, (SLOUGH,)),
        ({"words": "LOCAL authority children"}, (SLOUGH, WANDSWORTH)),
        ({"year": "2022"}, (WANDSWORTH,)),
        ({"reports": [TRAFFORD, SLOUGH]}, (TRAFFORD, SLOUGH)),
        ({"reports": [TRAFFORD, "gone"], "kind": "no such kind"}, (TRAFFORD,)),
        ({"reports": [SLOUGH, SURREY, TRAFFORD, WANDSWORTH]}, None),
    ],
)
def test_ticked_reports_are_asked_else_those_that_are_so(
    documents: Mapping[str, Document], wants: dict[str, object], found: tuple[str, ...] | None
) -> None:
    assert asked_of(Among.read(wants), documents) == found


@pytest.mark.parametrize("wants", [{"year": "1999"}, {"words": "kent"}, {"reports": ["gone"]}])
def test_a_choice_of_no_report_is_refused(
    documents: Mapping[str, Document], wants: dict[str, object]
) -> None:
    with pytest.raises(QuestionError, match="choose others"):
        asked_of(Among.read(wants), documents)


@pytest.mark.parametrize(
    "data", [None, [], "all", {"own": 1}, {"year": 2023}, {"more": ""}, {"words": "x" * 301}]
)
def test_what_is_no_choice_is_refused(data: object) -> None:
    with pytest.raises(QuestionError, match="load it anew"):
        Among.read(data)


def test_the_list_is_what_the_filters_let_through(documents: Mapping[str, Document]) -> None:
    ticked = Among.read({"kind": "area SEND inspection", "reports": [SLOUGH]})
    assert [report.document_id for report in listed(ticked, documents)] == [SURREY, TRAFFORD]
