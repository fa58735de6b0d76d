"""A language model's answers in a real browser: the switch, marked sentences, the fallback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from axe_core import AXE, violations
from llm_server import MODEL, LLMServer, dripping, says, status
from served import IN_A_BROWSER, SIZES, ask, last, open_chat, served, settled, watched
from writing_models import liar

from rag.generate import Writer
from rag.llm import LLMSettings, open_llm
from rag.pipeline import ReportQA
from ui.serve import Serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from index.library import Library

pytestmark = IN_A_BROWSER

ASKED = "Is the force good at protecting vulnerable people?"
LIE = "The force has <img src=x onerror=alert(1)> 45 horses."


@pytest.fixture(scope="module")
def server() -> Iterator[LLMServer]:
    with LLMServer(liar(LIE)) as server:
        yield server


@pytest.fixture(scope="module")
def written(library: Library, server: LLMServer) -> Iterator[str]:
    """The chat with a language model to choose."""
    qa = ReportQA(library)
    qa.warm()
    llm = open_llm(LLMSettings(server.base_url, MODEL, timeout=20.0, retries=0))
    with served(qa, Serving(writer=Writer(llm))) as address:
        yield address


def choose_the_model(page: Page) -> None:
    page.get_by_label(f"Written by {MODEL}").check()


def test_the_report_answers_until_the_model_is_chosen(
    page: Page, written: str, server: LLMServer
) -> None:
    server.play(liar(LIE))
    before = len(server.chats)
    open_chat(page, written)
    ask(page, ASKED)
    last(page, ".answer .cite").first.wait_for()
    assert len(server.chats) == before
    assert last(page, ".author").count() == 0


def test_who_is_to_answer_stays_chosen_in_this_tab(
    page: Page, written: str, server: LLMServer
) -> None:
    server.play(liar(LIE))
    open_chat(page, written)
    choose_the_model(page)
    open_chat(page, written)
    page.wait_for_function(
        "document.querySelector('#writer input:checked').value !== "
        "document.querySelector('#writer input').value"
    )
    ask(page, ASKED)
    assert last(page, ".unproven").count() == 1
    page.get_by_label("The report's own words").check()
    open_chat(page, written)
    assert page.get_by_label("The report's own words").is_checked()
    other = page.context.new_page()
    open_chat(other, written)
    assert other.get_by_label("The report's own words").is_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_axe_finds_nothing_in_what_a_model_writes(
    browser: Browser, written: str, server: LLMServer, scheme: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    for page in watched(context.new_page()):
        open_chat(page, written)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = {"switch": violations(page)}
        choose_the_model(page)
        found["model chosen"] = violations(page)
        server.play(liar(LIE))
        ask(page, ASKED)
        assert last(page, ".unproven").count() == 1
        found["not proven"] = violations(page)
        server.play(status(500, "out of memory", retry_after_ms="20"))
        ask(page, ASKED)
        assert last(page, ".author.instead").count() == 1
        found["own words instead"] = violations(page)
        assert {state: faults for state, faults in found.items() if faults} == {}
        for shown in ("#writer label", ".unproven", ".why", ".why .goto", ".author"):
            for box in (each.bounding_box() for each in page.locator(shown).all()):
                assert box, shown
                assert box["x"] >= 0, shown
                assert box["x"] + box["width"] <= size["width"], shown
    context.close()


def test_what_is_not_proven_is_marked_beside_what_comes_closest(
    page: Page, written: str, server: LLMServer
) -> None:
    server.play(liar(LIE))
    open_chat(page, written)
    choose_the_model(page)
    ask(page, ASKED)
    assert f"Written by {MODEL}" in last(page, ".author").inner_text()
    assert last(page, ".unproven").inner_text() == LIE
    assert last(page, ".unproven .cite, .why .cite").count() == 0
    assert "the number ‘45’ does not stand there" in last(page, ".why").inner_text()
    assert last(page, ".answer .cite").count() >= 1
    last(page, ".why .goto").click()
    assert settled(page)
    assert page.locator("#report mark").first.is_visible()


def test_a_fault_gives_the_reports_own_words_and_says_why(
    page: Page, written: str, server: LLMServer
) -> None:
    server.play(status(500, "out of memory", retry_after_ms="20"))
    open_chat(page, written)
    choose_the_model(page)
    ask(page, ASKED)
    said = last(page, ".author.instead").inner_text()
    assert "The report's own words" in said
    assert "out of memory" in said
    assert last(page, ".answer .cite").count() >= 1


def test_stop_ends_the_request(page: Page, written: str, server: LLMServer) -> None:
    server.left.clear()
    server.play(dripping(0.1, says("The force protects vulnerable people well [1]. " * 100)))
    open_chat(page, written)
    choose_the_model(page)
    page.get_by_label("Your question").fill(ASKED)
    page.get_by_label("Your question").press("Enter")
    page.locator('.turn[data-state="pending"] .cite').first.wait_for()
    page.locator("#stop").click()
    page.locator('.turn[data-state="stopped"]').wait_for()
    assert server.left.wait(10)
