"""Reports uploaded over a real server: whose they are, what is refused, and how it is said."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from served import served
from test_hostile import encrypted, scanned

from index.intake import Progress
from index.library import Library
from rag.pipeline import ReportQA
from ui.own import UploadLimits
from ui.serve import Serving
from ui.shelf import Shelf
from ui.uploads import safe_name
from ui.users import Users, add_user
from ui.visitors import COOKIE

REPORTS = Path(__file__).parent.parent / "eval/sets/reports"
SLOUGH = (REPORTS / "slough-ilacs-2023.md").read_bytes()
LIMIT = 2 * 2**20
TIMEOUT = 60


@pytest.fixture(scope="module")
def address(qa: ReportQA) -> Iterator[str]:
    with served(qa, Serving(uploads=UploadLimits(file_bytes=LIMIT))) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=TIMEOUT) as client:
        yield client


def upload(client: httpx.Client, data: bytes, name: str, to: str = "own") -> list[dict[str, Any]]:
    """What the server tells of an upload, line by line."""
    response = client.post("reports", params={"name": name, "to": to}, content=data)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def titles(client: httpx.Client) -> list[str]:
    """The reports that programs are told of."""
    said = client.post("gradio_api/call/v2/reports", json={})
    events = client.get(f"gradio_api/call/reports/{said.json()['event_id']}").text
    data = next(line for line in events.splitlines() if line.startswith("data: "))
    return [report["document"] for report in json.loads(data[6:])[0]["reports"]]


def test_an_upload_tells_how_far_it_is_and_is_nobody_elses(client: httpx.Client) -> None:
    *steps, last = upload(client, SLOUGH, "slough.md")
    assert last == {"report": "own--slough", "new": True}
    assert steps[0] == {"stage": "waiting", "done": 0, "total": 0}
    assert {step["stage"] for step in steps} == {"waiting", "reading", "embedding", "saving"}
    assert all(0 <= step["done"] <= step["total"] for step in steps)
    assert upload(client, SLOUGH, "slough.md")[-1] == {"report": "own--slough", "new": False}
    assert titles(client) == ["city-of-london-peel-2017"]


def test_an_upload_lies_only_where_it_is_swept_from(
    qa: ReportQA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    add = Shelf.add
    places: list[set[str]] = []

    def holding() -> set[str]:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        found = [path for path in files if b"Slough" in path.read_bytes()]
        return {path.relative_to(tmp_path).parts[0] for path in found}

    def spied(shelf: Shelf, *args: Any) -> tuple[str, bool]:
        def told(_: Progress) -> None:
            places.append(holding())

        file, *_ = args
        return add(shelf, file, told)

    monkeypatch.setattr(Shelf, "add", spied)
    with served(qa) as address, httpx.Client(base_url=address, timeout=TIMEOUT) as client:
        assert upload(client, SLOUGH, "slough.md")[-1]["new"]
        (place,) = holding()
        assert place.startswith("peel-own-")
        assert places
        assert set.union(*places) == {place}
        assert len(list((tmp_path / place).iterdir())) == 2  # its lock and the visitor's library
    assert not (tmp_path / place).exists()


def test_the_cookie_is_the_servers_alone(client: httpx.Client) -> None:
    response = client.post("reports", params={"name": "slough.md"}, content=SLOUGH)
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    again = client.post("reports", params={"name": "slough.md"}, content=SLOUGH)
    assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (scanned(), "scan.pdf", "scan.pdf: there is no text in this PDF, only pictures"),
        (encrypted(), "locked.pdf", "locked.pdf: this PDF is locked by a password"),
        (b"%PDF-1.7 no more", "broken.pdf", "broken.pdf: "),
        (b"MZ\x90\x00", "program.exe", "program.exe"),
        (b"", "empty.txt", "empty.txt"),
        (SLOUGH, "a/../../<b>.md\x00.png", "b.md.png"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    client: httpx.Client, data: bytes, name: str, message: str
) -> None:
    *_, last = upload(client, data, name)
    assert last.keys() == {"error"}
    assert message in last["error"]


def test_too_much_is_refused_in_words(client: httpx.Client) -> None:
    whole = client.post("reports", params={"name": "a.txt"}, content=b"x" * (LIMIT + 1))
    parts = client.post("reports", params={"name": "a.txt"}, content=iter([b"x" * LIMIT] * 3))
    for refused in (whole, parts):
        assert refused.status_code == 413
        assert refused.json() == {"error": "a.txt has more than 2 MB, which is too much here"}


def test_nobody_adds_to_the_library_or_to_other_places(client: httpx.Client) -> None:
    *_, last = upload(client, SLOUGH, "slough.md", to="library")
    assert "peel chat --allow-changes" in last["error"]
    refused = client.post("reports", params={"name": "a.md", "to": "/etc"}, content=SLOUGH)
    assert refused.status_code == 422
    assert refused.json() == {"error": "'to' is '/etc'; send own or library"}


def test_another_site_cannot_add_reports(client: httpx.Client) -> None:
    headers = {"Origin": "https://example.org"}
    assert client.post("reports", content=SLOUGH, headers=headers).status_code == 403


def test_where_changes_are_allowed_all_ask_what_is_added(qa: ReportQA, tmp_path: Path) -> None:
    library = Library.create(tmp_path, encoder=qa.library.encoder)
    library.add([REPORTS / "surrey-send-2023.md"])
    with (
        served(qa.over(library), Serving(allow_changes=True)) as address,
        httpx.Client(base_url=address, timeout=TIMEOUT) as anna,
        httpx.Client(base_url=address, timeout=TIMEOUT) as bert,
    ):
        *_, last = upload(anna, SLOUGH, "slough.md", to="library")
        assert last == {"report": "slough", "new": True}
        assert titles(bert) == ["surrey-send-2023", "slough"]
        *_, again = upload(bert, SLOUGH, "another name.md", to="library")
        assert again == {"report": "slough", "new": False}
        *_, other = upload(bert, SLOUGH + b"\n\nThe end.\n", "slough.md", to="library")
        assert other == {"report": "slough-2", "new": True}
    assert list(Library.open(tmp_path).documents) == ["surrey-send-2023", "slough", "slough-2"]


def test_whoever_is_not_logged_in_adds_nothing(qa: ReportQA, tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    add_user(file, "anna", "nine brown dogs bark")
    add_user(file, "bert", "ten grey cats sleep")
    with (
        served(qa, Serving(users=Users.open(file))) as address,
        httpx.Client(base_url=address, timeout=TIMEOUT) as client,
    ):
        assert client.post("reports", content=SLOUGH).status_code == 401
        anna, bert = ("anna", "nine brown dogs bark"), ("bert", "ten grey cats sleep")
        client.auth = anna
        assert upload(client, SLOUGH, "slough.md")[-1]["new"]
        assert not upload(client, SLOUGH, "slough.md")[-1]["new"]
        client.auth = bert  # at the same browser
        assert upload(client, SLOUGH, "slough.md")[-1]["new"]


def test_a_chat_that_takes_no_reports_has_no_such_address(qa: ReportQA) -> None:
    with served(qa, Serving(uploads=UploadLimits(visitors=0))) as address:
        refused = httpx.post(f"{address}reports", params={"name": "a.md"}, content=SLOUGH)
        assert refused.status_code in (404, 405)


@given(st.text(max_size=400))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe not in (".", "..")
    assert len(safe.encode()) < 200
    assert safe.isprintable()
    assert not set(safe) & set('/\\<>:"|?*\0')


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Slough 2023.pdf", "Slough 2023.pdf"),
        ("C:\\reports\\Slough.pdf", "Slough.pdf"),
        ("../../etc/passwd", "passwd"),
        (".pdf", "pdf"),
        ("", "report"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("é" * 200 + ".html", "é" * 72 + ".html"),
    ],
)
def test_a_name_stays_what_it_is_where_it_can(name: str, safe: str) -> None:
    assert safe_name(name) == safe
