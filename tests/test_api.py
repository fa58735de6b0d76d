"""The chat's functions for programs, over a real server: clients, curl, faults, many at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from served import Held, served

from rag.pipeline import ReportQA
from rag.types import Answer
from ui.serve import Serving

if TYPE_CHECKING:
    from index.library import Library

ROOT = Path(__file__).parents[1]
REPORT = "city-of-london-peel-2017"
PATIENT = {"timeout": 60}  # of a busy machine; httpx gives up after 5 seconds
TOPICS = (
    "county lines", "domestic abuse", "leadership", "legitimacy", "neighbourhood policing",
    "organised crime", "vulnerable people", "missing children", "stop and search", "custody",
    "budget", "mental health", "terrorism", "fraud", "victims", "schools", "efficiency",
    "effectiveness", "investigations", "anti-social behaviour",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(qa: ReportQA) -> Iterator[str]:
    with served(qa, Serving(mcp=True)) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False, httpx_kwargs=PATIENT)


def plain(answer: Answer | dict[str, Any]) -> Any:
    """An answer as JSON brings it, without what the clock decides."""
    data = answer.to_dict() if isinstance(answer, Answer) else answer
    return json.loads(json.dumps({**data, "timings": {}}))


def called(http: httpx.Client, endpoint: str, **arguments: Any) -> tuple[str, Any]:
    """What comes of a call as curl makes it: the kind of event and its data."""
    path = f"/gradio_api/call/v2/{endpoint}"
    begun = http.post(path, json=arguments)
    assert begun.status_code == 200, begun.text
    lines = http.get(f"{path}/{begun.json()['event_id']}").text.strip().split("\n")
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


def test_only_these_endpoints_are_named(client: Client) -> None:
    shown = client.view_api(return_format="dict", print_info=False)
    assert list(shown["named_endpoints"]) == ["/ask", "/search", "/passage", "/reports", "/sources"]
    assert shown["unnamed_endpoints"] == {}


def test_ask_gives_the_object_of_peel_ask_json(client: Client, qa: ReportQA) -> None:
    question = "What does OCG stand for?"
    found = client.predict(question, api_name="/ask")
    assert plain(found) == plain(qa.ask(question))
    assert Answer.from_dict(found).citations[0].verified


def test_history_completes_a_follow_up(client: Client, qa: ReportQA) -> None:
    history = ["Is the force good at protecting vulnerable people?"]
    question = "And what should it improve there?"
    found = client.predict(question=question, history=history, api_name="/ask")
    assert "vulnerable people" in found["understood"]
    assert plain(found) == plain(qa.ask(question, history))


def test_search_gives_passages_at_their_place(client: Client, qa: ReportQA) -> None:
    found = client.predict(query="county lines", limit=3, api_name="/search")
    text = qa.library.documents[REPORT].text
    assert len(found["passages"]) == 3
    scores = [hit["score"] for hit in found["passages"]]
    assert scores == sorted(scores, reverse=True)
    for hit in found["passages"]:
        assert text[hit["start"] : hit["end"]] == hit["text"]
    assert "‘county lines’" in found["passages"][0]["text"]


def test_passage_gives_words_and_what_stands_around_them(client: Client, qa: ReportQA) -> None:
    report = qa.library.documents[REPORT]
    start = report.text.index("be more alert")
    found = client.predict(REPORT, start, start + 13, 9, api_name="/passage")
    assert found["text"] == "be more alert"
    assert found["before"] == report.text[start - 9 : start]
    assert found["after"] == report.text[start + 13 : start + 22]
    assert found["section"].endswith(
        "How effective is the force at tackling serious and organised crime?"
    )
    assert found["reference"].startswith("“be more alert”\n— City of London PEEL 2017. Questions")
    assert found["sha256"] == report.sha256
    assert client.predict(REPORT, 0, 4, 100, api_name="/passage")["before"] == ""


def test_reports_are_listed(client: Client, qa: ReportQA) -> None:
    (entry,) = client.predict(api_name="/reports")["reports"]
    report = qa.library.documents[REPORT]
    assert (entry["document"], entry["title"]) == (REPORT, "City of London PEEL 2017")
    assert (entry["characters"], entry["passages"]) == (len(report.text), 27)
    assert entry["about"]["publisher"] == "HMICFRS"


def test_sources_prove_an_answer_and_say_what_is_forged(client: Client) -> None:
    answer = client.predict("What does OCG stand for?", api_name="/ask")
    found = client.predict(answer, api_name="/sources")
    assert (found["proven"], found["faults"]) == (True, [])
    assert found["sources"][0]["quote"] == answer["citations"][0]["quote"]
    assert "Last updated 22/03/2018. HMICFRS" in found["sources"][0]["reference"]
    answer["citations"][0]["quote"] = "The force is perfect."
    forged = client.predict(answer, api_name="/sources")
    assert not forged["proven"]
    assert forged["faults"][0].startswith(f"[1] {REPORT} does not say 'The force is perfect.'")


@pytest.mark.parametrize(
    ("endpoint", "arguments", "message"),
    [
        ("ask", {"question": "x" * 2001}, "has 2,001 characters; please ask in at most 2,000"),
        ("ask", {"question": " \n"}, "There is no question here"),
        ("ask", {"question": 5}, "'question' cannot be used: Input should be a valid string"),
        ("ask", {"question": "Why?", "history": "x"}, "'history' cannot be used: "),
        ("ask", {"question": "Why?", "history": [5]}, "'history.0' cannot be used: "),
        ("ask", {"question": "Why?", "history": ["a"] * 41}, "41 questions; give the last 40"),
        ("ask", {"question": "Why?", "history": ["a" * 2001]}, "2,001 characters; give at most"),
        ("search", {"query": "abuse", "limit": 25}, "the limit is 25; give a number from 1 to 24"),
        ("search", {"query": "abuse", "limit": "8"}, "'limit' cannot be used: "),
        ("passage", {"document": "x" * 99, "start": 0, "end": 1}, "...'; the reports are"),
        ("passage", {"document": REPORT, "start": 5, "end": 5}, "no characters 5 to 5"),
        ("passage", {"document": REPORT, "start": 0, "end": 9**9}, "it has 8721"),
        ("passage", {"document": REPORT, "start": 0, "end": 9, "around": 5001}, "from 0 to 5000"),
        ("sources", {"answer": {"text": "x"}}, "this is not an answer"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_call_is_said(
    client: Client, address: str, endpoint: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(**arguments, api_name=f"/{endpoint}")
    assert message in str(caught.value)
    with httpx.Client(base_url=address, timeout=60) as http:
        kind, data = called(http, endpoint, **arguments)
    assert kind == "error"
    assert data["error"] == str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "body", "status", "message"),
    [
        ("nix", {}, 404, "no such endpoint; there are ask, search, passage, reports, sources"),
        ("accept", {}, 404, "no such endpoint"),
        (
            "ask",
            {},
            422,
            "/ask takes question and perhaps history, reports, where and llm; send a JSON object",
        ),
        ("ask", {"question": "Why?", "histroy": []}, 422, "/ask takes question and perhaps"),
        ("passage", {"document": REPORT}, 422, "/passage takes document, start, end and perhaps"),
        ("reports", {"all": True}, 422, "/reports takes nothing"),
    ],
)
def test_what_an_endpoint_takes_is_said(
    address: str, endpoint: str, body: dict[str, Any], status: int, message: str
) -> None:
    refused = httpx.post(f"{address}gradio_api/call/v2/{endpoint}", json=body, timeout=60)
    assert refused.status_code == status
    assert message in refused.json()["detail"]


def test_a_call_that_is_too_large_is_refused(address: str) -> None:
    body = {"question": "x" * 9 * 2**20}
    assert httpx.post(f"{address}gradio_api/call/v2/ask", json=body, timeout=60).status_code == 413


@pytest.mark.parametrize("call", ["cancel", "reset"])
def test_a_call_without_a_number_yet_is_stopped_without_a_fault(address: str, call: str) -> None:
    body = {"session_hash": "abc", "fn_index": 1}
    stopped = httpx.post(f"{address}gradio_api/{call}", json=body, timeout=60)
    assert (stopped.status_code, stopped.json()) == (200, {"success": False})
    assert httpx.post(f"{address}gradio_api/queue/join", json=[], timeout=60).status_code == 422


def test_a_page_of_another_site_cannot_ask(address: str) -> None:
    own = {"Origin": address.rstrip("/")}
    for headers, status in (
        (own, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", **own}, 403),
    ):
        done = httpx.post(
            f"{address}gradio_api/call/v2/reports", json={}, headers=headers, timeout=60
        )
        assert done.status_code == status, headers


def test_twenty_clients_at_once_get_their_own_answers(address: str, qa: ReportQA) -> None:
    questions = [f"What does the report say about {topic}?" for topic in TOPICS]
    expected = [plain(qa.ask(question)) for question in questions]
    clients = [Client(address, verbose=False, httpx_kwargs=PATIENT) for _ in questions]
    ready = threading.Barrier(len(questions))

    def ask(number: int) -> Any:
        ready.wait(60)
        return plain(clients[number].predict(questions[number], api_name="/ask"))

    with ThreadPoolExecutor(len(questions)) as pool:
        found = list(pool.map(ask, range(len(questions))))
    assert found == expected
    assert len({answer["question"] for answer in found}) == 20


def test_a_full_queue_is_said_and_loses_nobody(library: Library) -> None:
    held = Held(library)
    with served(held, Serving(waiting=2, at_once=1)) as address:
        client = Client(address, verbose=False, httpx_kwargs=PATIENT)
        with httpx.Client(base_url=address, timeout=60) as http:
            taken, refused = [], []
            for topic in TOPICS[:6]:
                path = "/gradio_api/call/v2/ask"
                begun = http.post(path, json={"question": f"Is there any {topic}?"})
                (taken if begun.status_code == 200 else refused).append((topic, begun))
            assert 2 <= len(taken) <= 4
            assert {begun.status_code for _, begun in refused} == {503}
            assert {begun.json()["detail"].split(".")[0] for _, begun in refused} == {
                "Queue is full"
            }
            with pytest.raises(Exception, match="Queue is full! Please try again"):
                client.predict("Is there any custody?", api_name="/ask")
            held.gate.set()
            for topic, begun in taken:
                text = http.get(f"{path}/{begun.json()['event_id']}").text
                (answer,) = json.loads(text.strip().split("\n")[-1].removeprefix("data: "))
                assert answer["question"] == f"Is there any {topic}?"


def examples(language: str) -> list[str]:
    """The examples of a language in the README's section for programs."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## For programs\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def run(command: list[str], code: str, address: str) -> str:
    assert "http://127.0.0.1:7860" in code
    done = subprocess.run(
        [*command, code.replace("http://127.0.0.1:7860", address.rstrip("/"))],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", range(2))
def test_the_readmes_python_examples_run(address: str, number: int) -> None:
    codes = examples("python")
    assert len(codes) == 2
    shown = run([sys.executable, "-c"], codes[number], address)
    assert "organised crime groups (OCGs)" in shown


def test_the_readmes_curl_example_runs(address: str) -> None:
    assert shutil.which("curl"), "no curl found; get it with: apt-get install curl"
    (code,) = examples("sh")
    shown = run(["bash", "-euc"], code, address)
    kind, data = shown.strip().split("\n")
    assert kind == "event: complete"
    (answer,) = json.loads(data.removeprefix("data: "))
    assert "organised crime groups (OCGs)" in answer["text"]
