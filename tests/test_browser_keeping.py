"""What leaves the chat, in a real Chromium: files of a conversation, copies, judgements."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served import IN_A_BROWSER, SIZES, ask, at_every_size, last, open_chat, reload, served, watched
from typer.testing import CliRunner

from eval.from_feedback import questions_of, read_feedback
from rag.pipeline import ReportQA
from ui.cli import app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from index.library import Library

pytestmark = IN_A_BROWSER

SINGLE = "When was the report last updated?"
LIST = "What are the areas for improvement?"
ABSENT = "How many helicopters does the force have?"
HOSTILE = '=cmd() <img src=x onerror="window.hit=1"> When was the report last updated?'


@pytest.fixture(scope="module")
def own_library(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """A library that the chat may add judgements to."""
    return Path(shutil.copytree(library.path, tmp_path_factory.mktemp("own") / "library"))


@pytest.fixture(scope="module")
def own_address(own_library: Path) -> Iterator[str]:
    from index.library import Library

    qa = ReportQA(Library.open(own_library))
    qa.warm()
    with served(qa) as address:
        yield address


def export(page: Page, to: str, folder: Path) -> Path:
    """Saves the conversation as the panel offers it."""
    if not page.locator("#export").is_visible():
        page.click("[popovertarget=export]")
    with page.expect_download() as begun:
        page.click(f"[data-export={to}]")
    path = folder / begun.value.suggested_filename
    begun.value.save_as(path)
    return path


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_conversation_is_exported_in_every_form(
    browser: Browser, own_address: str, own_library: Path, tmp_path: Path, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    for page in watched(context.new_page()):
        open_chat(page, own_address)
        page.click("[popovertarget=export]")
        page.wait_for_function("document.querySelector('#export .said').textContent.length > 0")
        assert page.locator("[data-export]:disabled").count() == 4
        page.keyboard.press("Escape")
        ask(page, LIST)
        ask(page, HOSTILE)
        saved = {to: export(page, to, tmp_path) for to in ("json", "csv", "markdown", "html")}
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert {path.suffix for path in saved.values()} == {".json", ".csv", ".md", ".html"}
        proof = CliRunner().invoke(
            app, ["verify", str(saved["json"]), "--library", str(own_library)]
        )
        assert proof.exit_code == 0, proof.output
        answers = json.loads(saved["json"].read_text(encoding="utf-8"))["answers"]
        with saved["csv"].open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["quote"] for row in rows] == [
            citation["quote"] for answer in answers for citation in answer["citations"]
        ]
        assert rows[-1]["question"].startswith("'=cmd()")
        markdown = saved["markdown"].read_text(encoding="utf-8")
        assert rows[0]["quote"] in markdown
        assert "<img" not in markdown.replace("\\<img", "")
    context.close()
    kept = browser.new_context(viewport=size)
    page, asked = kept.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(saved["html"].as_uri())
    marker = page.locator(".answer sup a").nth(1)
    marker.click()
    target = page.locator("li:target")
    assert answers[0]["citations"][1]["quote"] in target.inner_text()
    target.locator("a[href^='#marker']").click()
    assert page.locator("sup a:target").inner_text() == marker.inner_text()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert {url.split("#")[0] for url in asked} == {saved["html"].as_uri()}
    kept.close()


@at_every_size
def test_an_answer_is_copied_with_its_references(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    last(page, ".foot .copy").click()
    page.wait_for_selector(".copy.done")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{SINGLE}\n\nLast updated 22/03/2018 [1]\n\nSources\n\n- [1] “Last")
    assert copied.endswith("/peel-2017/city-of-london/effectiveness/\n")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_right_passage_is_named(
    browser: Browser, own_address: str, own_library: Path, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    for page in watched(context.new_page()):
        open_chat(page, own_address)
        ask(page, LIST)
        ask(page, ABSENT)
        last(page, "[data-verdict=down]").click()
        page.wait_for_selector("#judge:popover-open")
        assert page.evaluate("document.activeElement.textContent") == "What is wrong?"
        page.check("#judge input[value=not_answered]")
        page.fill("#comment", f"At {size['width']} <b>pixels</b>")
        page.click("[data-choose]")
        assert page.locator(".report").is_visible()
        assert not page.locator("#judge form").is_visible()
        words = page.evaluate(
            """() => {
              const blocks = [...document.querySelectorAll("#report [data-start]")];
              const from = blocks.find(
                (each) => each.textContent.includes("The force should review"));
              from.scrollIntoView({ block: "center" });
              getSelection().setBaseAndExtent(
                document.createTreeWalker(from, NodeFilter.SHOW_TEXT).nextNode(), 4,
                from, from.childNodes.length);
              return getSelection().toString();
            }"""
        )
        page.wait_for_selector(".picked:not([hidden]) [data-right]:not([hidden])")
        assert not page.locator("[data-pick]").is_visible()
        page.click("[data-right]")
        assert page.locator("#judge blockquote").inner_text() in words
        page.click("#judge [type=submit]")
        page.wait_for_selector("#judge", state="hidden")
        assert last(page, ".thumbs .said").inner_text() == "Noted. Thank you."
        assert last(page, "[data-verdict=down]").get_attribute("aria-pressed") == "true"
        assert last(page, "[data-verdict=down]").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    context.close()
    feedback = read_feedback(own_library / "feedback.jsonl")[-1]
    assert (feedback.verdict, feedback.question) == ("down", ABSENT)
    assert feedback.history == (LIST,)
    assert (feedback.reason, feedback.comment) == (
        "not_answered",
        f"At {size['width']} <b>pixels</b>",
    )
    assert feedback.passage is not None
    assert feedback.passage.quote.startswith("force should review its process for sharing")
    (made,) = [
        question
        for question in questions_of(own_library / "feedback.jsonl").questions
        if question.question == ABSENT
    ]
    assert made.gold_spans == (feedback.passage.quote,)


def test_a_judgement_outlives_a_reload_and_goes_with_its_answer(
    page: Page, own_address: str, own_library: Path
) -> None:
    open_chat(page, own_address)
    ask(page, SINGLE)
    last(page, "[data-verdict=up]").click()
    page.wait_for_selector("#turn-0 [data-verdict=up][aria-pressed=true]")
    assert not page.locator("#judge").is_visible()
    assert read_feedback(own_library / "feedback.jsonl")[-1].verdict == "up"
    ask(page, LIST)
    assert last(page, "[aria-pressed=true]").count() == 0
    reload(page)
    page.wait_for_selector("#turn-0 [data-verdict=up][aria-pressed=true]")
    page.locator("#turn-0 [data-edit]").first.click()
    page.locator("#turn-0 .editor textarea").fill(LIST)
    page.locator("#turn-0 .editor .go").click()
    page.wait_for_selector("#turn-1", state="detached")
    page.wait_for_selector("#turn-0[data-state=answered] .answer li")
    page.wait_for_selector("#turn-0 [aria-pressed=true]", state="detached")


def test_a_judgement_is_made_by_keyboard_and_left(page: Page, own_address: str) -> None:
    open_chat(page, own_address)
    ask(page, SINGLE)
    thumb = last(page, "[data-verdict=down]")
    thumb.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#judge:popover-open")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.locator("#judge input:checked").get_attribute("value") == "incomplete"
    page.locator("[data-choose]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.report')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('[data-choose]')")
    page.keyboard.press("Escape")
    page.wait_for_selector("#judge", state="hidden")
    assert page.evaluate("document.activeElement.dataset.verdict") == "down"


def test_printing_is_offered(page: Page, address: str) -> None:
    open_chat(page, address)
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    ask(page, SINGLE)
    page.click("[popovertarget=export]")
    page.click("[data-print]")
    assert page.evaluate("window.printed")
    assert not page.locator("#export").is_visible()


def test_why_nothing_was_exported_is_said(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    page.route("**/component_server/", lambda route: route.fulfill(status=200, json={"error": "x"}))
    page.click("[popovertarget=export]")
    page.click("[data-export=csv]")
    page.wait_for_function("document.querySelector('#export .said').textContent === 'x'")
