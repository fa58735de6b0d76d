"""What one visitor has of another's reports: nothing, whatever they ask for by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from index.library import Library
from rag.pipeline import ReportQA
from ui.called import Called
from ui.choosing import choosing, listing
from ui.compare_panel import comparing
from ui.desk import Asked
from ui.desks import Desks
from ui.findings_panel import registering
from ui.keeping import judging, saving
from ui.known_panel import correcting, forgetting, knowing, removing
from ui.own import OwnReports
from ui.pages import paging
from ui.shelf import Shelf
from ui.visitors import COOKIE, visitor_of

YORK = Path(__file__).parent / "data" / "reports" / "ilacs-york-2022.pdf"
CITY, OWN = "city-of-london-peel-2017", "own--ilacs-york-2022"
QUESTION = "What is the overall effectiveness?"


def request(token: str) -> Request:
    """A request of a browser with this cookie."""
    cookie = (b"cookie", f"{COOKIE}={token}".encode())
    return Request({"type": "http", "headers": [cookie] if token else []})


ANNA, BERT, NOBODY = (request(token) for token in ("anna", "bert", ""))


@pytest.fixture
def desks(library: Library) -> Iterator[Desks]:
    """The desks of a chat in which Anna has added a report of her own."""
    qa = ReportQA(library)
    own = OwnReports(qa)
    desks = Desks(Shelf(qa), own)
    assert desks.add(visitor_of(ANNA), YORK, lambda _: None, to_all=False) == (OWN, True)
    yield desks
    own.close()


def call(function: Called, who: Request, **data: Any) -> dict[str, Any]:
    """What the page is told; Gradio gives a call's request as it came."""
    return function(data, who)  # type: ignore[arg-type]


def answered(desks: Desks, who: Request, among: dict[str, Any]) -> tuple[str, list[Any]]:
    return list(desks.of(who).answer(Asked(QUESTION, among), []))[-1]


@pytest.mark.parametrize("who", [BERT, NOBODY], ids=["bert", "nobody"])
def test_a_stranger_has_nothing_of_it(desks: Desks, who: Request, tmp_path: Path) -> None:
    _, turns = answered(desks, ANNA, {"own": True})
    assert turns
    assert turns[0]["sources"][0]["document"] == OWN
    assert OWN not in desks.of(who).documents
    assert "York" not in call(choosing(desks), who)["rows"]
    assert call(choosing(desks), who, own=True)["own"] == 0
    assert OWN not in call(listing(desks), who)["options"]
    assert "error" in call(knowing(desks), who, document=OWN)
    assert "error" in call(paging(desks), who, document=OWN, page=1, at=0, spans=[])
    assert "error" in call(comparing(desks), who, first=OWN, second=CITY)
    assert call(registering(desks), who, report=OWN)["found"] == "0 findings"
    assert "error" in call(saving(desks), who, turns=turns, to="json")
    said = {"turns": turns, "at": 0, "verdict": "up"}
    assert "error" in call(judging(desks, tmp_path / "feedback.jsonl"), who, **said)
    assert desks.of(who).conversation(turns)[1] == []
    assert "York" not in desks.of(who).report(OWN)
    shown, kept = answered(desks, who, {"own": True})
    assert kept == []
    assert "your own reports are not here any more" in shown
    shown, kept = answered(desks, who, {"reports": [OWN]})
    assert kept == []
    assert "not here any more" in shown


@pytest.mark.parametrize("who", [BERT, NOBODY], ids=["bert", "nobody"])
def test_a_stranger_changes_nothing_of_it(desks: Desks, who: Request) -> None:
    values = {"organisation": "Nowhere"}
    assert "error" in call(correcting(desks), who, document=OWN, values=values)
    assert "error" in call(removing(desks), who, document=OWN)
    call(forgetting(desks), who)
    form = call(knowing(desks), ANNA, document=OWN)["form"]
    assert "Nowhere" not in form
    assert "2022" in form


def test_whose_it_is_corrects_and_removes_it(desks: Desks, tmp_path: Path) -> None:
    values = {"organisation": "City of York"}
    said = call(correcting(desks), ANNA, document=OWN, values=values)
    assert said["said"] == "Kept."
    assert 'value="City of York"' in said["form"]
    assert "error" in call(correcting(desks), ANNA, document=OWN, values={"published": "soon"})
    assert "--allow-changes" in call(correcting(desks), ANNA, document=CITY, values=values)["error"]
    assert "--allow-changes" in call(removing(desks), ANNA, document=CITY)["error"]
    assert "judgements differ" in call(comparing(desks), ANNA, first=OWN, second=CITY)["said"]
    assert call(paging(desks), ANNA, document=OWN, page=1, at=0, spans=[])["pages"] == 9
    _, turns = answered(desks, ANNA, {"own": True})
    said = {"turns": turns, "at": 0, "verdict": "up"}
    path = tmp_path / "feedback.jsonl"
    assert "report of your own" in call(judging(desks, path), ANNA, **said)["error"]
    assert not path.exists()
    assert call(removing(desks), ANNA, document=OWN) == {}
    assert desks.of(ANNA) is desks.common


def test_the_last_report_of_the_library_stays(library: Library, tmp_path: Path) -> None:
    qa = ReportQA(Library.create(tmp_path, encoder=library.encoder, reports=[YORK]))
    desks = Desks(Shelf(qa), OwnReports(qa), allow_changes=True)
    said = call(removing(desks), NOBODY, document="ilacs-york-2022")
    assert "only report cannot be removed" in said["error"]


def test_gradio_gives_requests_in_two_ways(desks: Desks) -> None:
    assert OWN in desks.of(gr.Request(ANNA)).documents
    assert OWN in desks.of(ANNA).documents
    assert desks.of(gr.Request()) is desks.of(None) is desks.common
