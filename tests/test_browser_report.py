"""The report pane in a real Chromium: contents, search, asking about words, the phone's view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from served import (
    DESKTOP,
    IN_A_BROWSER,
    SIZES,
    ask,
    at_every_size,
    open_chat,
    settled,
    show_report,
    watched,
)

from index.types import Document

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from index.library import Library

pytestmark = IN_A_BROWSER

LIST = "What are the areas for improvement?"


@pytest.fixture(scope="module")
def report(library: Library) -> Document:
    return next(iter(library.documents.values()))


def highlighted(page: Page, name: str) -> list[str]:
    """The texts that the browser's own highlights light up under this name."""
    texts: list[str] = page.evaluate(
        "name => [...(CSS.highlights.get(name) ?? [])].map(range => range.toString())", name
    )
    return texts


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_report_is_searched(
    browser: Browser, address: str, report: Document, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    for page in watched(context.new_page()):
        open_chat(page, address)
        if size != DESKTOP:
            page.click("button[data-view=report]")
        hits, expected = page.locator(".hits"), report.text.count("domestic abuse")
        assert expected > 3
        page.fill("#find", "  Domestic   ABUSE ")
        assert hits.inner_text() == f"1 of {expected}"
        assert highlighted(page, "found") == ["domestic abuse"] * expected
        page.press("#find", "Enter")
        page.click("[data-find='1']")
        assert hits.inner_text() == f"3 of {expected}"
        page.click("[data-find='-1']")
        page.press("#find", "Shift+Enter")
        page.press("#find", "Shift+Enter")
        assert hits.inner_text() == f"{expected} of {expected}"
        assert page.evaluate(
            """() => {
              const at = [...CSS.highlights.get("found-here")][0].getBoundingClientRect();
              const frame = document.querySelector(".report").getBoundingClientRect();
              return at.top >= frame.top && at.bottom <= frame.bottom;
            }"""
        )
        page.fill("#find", "helicopter")
        assert hits.inner_text() == "no match"
        assert highlighted(page, "found") == []
        assert page.locator("[data-find='1']").is_disabled()
        page.fill("#find", "")
        assert hits.inner_text() == ""
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    context.close()


def test_search_and_citations_share_the_text(page: Page, address: str) -> None:
    open_chat(page, address)
    page.fill("#find", "force's approach")  # no such words, but with a straight apostrophe
    page.fill("#find", "officers’ mobile")
    assert page.locator(".hits").inner_text() == "1 of 1"
    page.fill("#find", "officers' mobile")
    assert page.locator(".hits").inner_text() == "1 of 1"
    page.fill("#find", "The force should")
    before = page.locator(".hits").inner_text()
    ask(page, LIST)
    page.wait_for_selector("#report mark")
    assert page.locator(".hits").inner_text() == before
    assert set(highlighted(page, "found")) == {"The force should", "the force should"}
    page.locator(".turn:last-child .answer .cite").nth(1).click()
    assert settled(page)
    assert page.locator("#report mark:focus").inner_text().startswith("The force should")


@at_every_size
def test_the_outline_jumps(page: Page, address: str, report: Document) -> None:
    open_chat(page, address)
    show_report(page)
    page.click(".outline summary")
    entries = page.locator("[data-goto]")
    assert entries.count() == len(report.sections)
    assert page.locator(".outline .marked").count() == page.locator(".report .set-off").count() == 2
    page.locator("[data-goto]").last.click()
    assert settled(page, "section:last-of-type h4")
    assert not page.locator(".outline nav").is_visible()


def select_words(page: Page, block: str) -> str:
    """Selects a whole block as a reader would, and says what was selected."""
    return str(
        page.evaluate(
            """start => {
              const block = [...document.querySelectorAll("#report [data-start]")]
                .find(each => each.textContent.startsWith(start));
              block.scrollIntoView({ block: "center" });
              getSelection().selectAllChildren(block);
              return getSelection().toString();
            }""",
            block,
        )
    )


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_selected_words_are_asked_about(
    browser: Browser, address: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    for page in watched(context.new_page()):
        open_chat(page, address)
        if size != DESKTOP:
            page.click("button[data-view=report]")
        words = select_words(page, "work more closely with its transient population")
        offer = page.locator("[data-pick]")
        offer.wait_for()
        box = offer.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= size["width"] - box["width"]
        assert 0 <= box["y"] <= size["height"] - box["height"]
        offer.click()
        assert not offer.is_visible()
        assert page.locator("#question textarea").input_value() == (
            f"What does the report say about “{words}”?"
        )
        assert page.evaluate("document.activeElement.matches('#question textarea')")
        before = page.evaluate("window.answered")
        page.press("#question textarea", "Enter")
        page.wait_for_function("before => window.answered > before", arg=before)
        assert "transient population" in page.locator(".answer").inner_text()
    context.close()


def test_the_page_itself_never_scrolls(page: Page, address: str) -> None:
    open_chat(page, address)
    assert page.evaluate("document.querySelector('.gradio-container').scrollHeight") == 900
    page.locator(".provenance").evaluate("each => each.scrollIntoView({ block: 'center' })")
    bar = page.locator(".bar").bounding_box()
    assert bar is not None
    assert bar["y"] == 0


def test_long_selections_are_cut_at_a_word_and_others_offer_nothing(
    page: Page, address: str
) -> None:
    open_chat(page, address)
    words = select_words(page, "Since our 2016 effectiveness inspection")
    page.locator("[data-pick]").click()
    asked = page.locator("#question textarea").input_value()
    quoted = asked.removeprefix("What does the report say about “").removesuffix("…”?")
    assert len(quoted) <= 200
    assert words.startswith(f"{quoted} ")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.start .lead'))")
    page.wait_for_timeout(300)
    assert not page.locator("[data-pick]").is_visible()
