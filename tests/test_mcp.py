"""The tools for assistants, used by a real client over a real server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import httpx
import pytest
from mcp.client import Client
from served import Held, served

from rag.pipeline import ReportQA
from rag.types import Answer
from ui.serve import Serving

if TYPE_CHECKING:
    from index.library import Library

REPORT = "city-of-london-peel-2017"
T = TypeVar("T")


@pytest.fixture(scope="module")
def address(qa: ReportQA) -> Iterator[str]:
    with served(qa, Serving(mcp=True)) as address:
        yield address


def with_client(address: str, use: Callable[[Client], Awaitable[T]]) -> T:
    async def main() -> T:
        async with Client(f"{address}mcp") as client:
            return await use(client)

    return anyio.run(main)


def call(address: str, name: str, **arguments: Any) -> Any:
    return with_client(address, lambda client: client.call_tool(name, arguments))


def test_the_tools_say_what_they_take_and_that_they_only_read(address: str) -> None:
    tools = with_client(address, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["ask", "search", "get_passage", "list_reports"]
    ask = tools[0]
    assert ask.input_schema["required"] == ["question"]
    assert ask.input_schema["properties"]["question"]["type"] == "string"
    assert "citations" in ask.output_schema["properties"]
    assert all(tool.annotations.read_only_hint for tool in tools)


def test_ask_gives_the_whole_answer(address: str, qa: ReportQA) -> None:
    question = "What does OCG stand for?"
    result = call(address, "ask", question=question)
    assert not result.is_error
    answer = Answer.from_dict(result.structured_content)
    assert answer.citations == qa.ask(question).citations
    assert "organised crime groups" in result.content[0].text


def test_search_and_get_passage_speak_of_the_same_characters(address: str) -> None:
    found = call(address, "search", query="county lines", limit=1).structured_content
    (hit,) = found["passages"]
    place = {key: hit[key] for key in ("document", "start", "end")}
    read = call(address, "get_passage", **place, around=10).structured_content
    assert read["text"] == hit["text"]
    assert len(read["before"]) == 10


def test_reports_are_listed(address: str) -> None:
    listed = call(address, "list_reports").structured_content
    assert [report["document"] for report in listed["reports"]] == [REPORT]


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("ask", {"question": "x" * 2001}, "has 2,001 characters; please ask in at most 2,000"),
        ("ask", {"question": "Why?", "history": ["a"] * 41}, "41 questions; give the last 40"),
        ("ask", {}, "Field required"),
        ("search", {"query": "abuse", "limit": 0}, "the limit is 0; give a number from 1 to 24"),
        ("get_passage", {"document": "nix", "start": 0, "end": 1}, "no report 'nix'; the reports"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(
    address: str, tool: str, arguments: dict[str, Any], message: str
) -> None:
    result = call(address, tool, **arguments)
    assert result.is_error
    assert message in result.content[0].text


def test_too_many_at_once_are_told(library: Library) -> None:
    held = Held(library)
    with served(held, Serving(mcp=True, waiting=1, at_once=1)) as address:

        async def many(client: Client) -> list[Any]:
            results: list[Any] = []

            async def one(number: int) -> None:
                question = f"Is there any custody, or {number} of it?"
                results.append((number, await client.call_tool("ask", {"question": question})))
                if results[-1][1].is_error:
                    held.gate.set()

            async with anyio.create_task_group() as group:
                for number in range(4):
                    group.start_soon(one, number)
            return results

        results = with_client(address, many)
    refused = [result for _, result in results if result.is_error]
    assert 1 <= len(refused) <= 2
    assert "Too many questions are waiting at this moment" in refused[0].content[0].text
    for number, result in results:
        if not result.is_error:
            assert f"or {number} of it" in result.structured_content["question"]


def test_without_the_option_there_are_no_tools(qa: ReportQA) -> None:
    with served(qa) as address:
        assert httpx.post(f"{address}mcp", json={}).status_code in (404, 405)
