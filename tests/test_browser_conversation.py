"""Conversations in a real Chromium: edited, undone, kept, several of them, nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from served import (
    DESKTOP,
    IN_A_BROWSER,
    SIZES,
    ask,
    at_every_size,
    last,
    open_chat,
    reload,
    settled,
    watched,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = IN_A_BROWSER

SINGLE = "When was the report last updated?"
LIST = "What are the areas for improvement?"
ABSENT = "How many helicopters does the force have?"


def questions(page: Page) -> list[str]:
    """The questions of the conversation as it is shown."""
    return page.locator(".turn h2").all_inner_texts()


STORED = "Object.keys(localStorage).filter(k => k.startsWith('peel:')).length"


def named(page: Page) -> list[str]:
    """The names of the kept conversations, the latest first."""
    page.click("[popovertarget=kept]")
    page.wait_for_selector("#kept:popover-open li")
    names = page.locator("#kept .named").all_inner_texts()
    page.keyboard.press("Escape")
    return names


def stored(page: Page) -> int:
    """How many conversations the browser keeps."""
    return int(page.evaluate(STORED))


@at_every_size
def test_a_question_is_edited_and_what_followed_it_goes(page: Page, address: str) -> None:
    open_chat(page, address)
    for question in (SINGLE, LIST, ABSENT):
        ask(page, question)
    page.locator("#turn-1 .acts [data-edit]").click()
    assert not page.locator("#turn-1 h2").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#turn-1 h2").is_visible()
    assert questions(page) == [SINGLE, LIST, ABSENT]
    page.locator("#turn-1 .acts [data-edit]").click()
    page.locator("#turn-1 .editor textarea").fill("What does OCG stand for?")
    page.locator("#turn-1 .editor .go").click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 2")
    page.wait_for_selector("#turn-1:not([data-state=pending])")
    assert questions(page) == [SINGLE, "What does OCG stand for?"]
    page.reload()
    page.wait_for_selector("#turn-1")
    assert questions(page) == [SINGLE, "What does OCG stand for?"]


@at_every_size
def test_retry_and_undo(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    ask(page, LIST)
    before = page.evaluate("window.answered")
    page.locator("#turn-1 [data-retry]").click()
    page.wait_for_function("before => window.answered > before", arg=before)
    assert questions(page) == [SINGLE, LIST]
    assert page.locator("[data-undo]").count() == 1
    page.locator("[data-undo]").click()
    page.wait_for_selector("#turn-1", state="detached")
    assert questions(page) == [SINGLE]
    assert page.locator("#question textarea").input_value() == LIST
    page.locator("[data-undo]").click()
    page.wait_for_selector(".start")
    assert stored(page) == 0


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_conversations_are_kept_and_named_by_their_first_question(
    browser: Browser, address: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    for page in watched(context.new_page()):
        open_chat(page, address)
        ask(page, SINGLE)
        ask(page, ABSENT)
        before = page.locator(".conversation").inner_text()
        page.click("[popovertarget=kept]")
        page.click("#kept [data-new]")
        page.wait_for_selector(".start")
        assert page.locator("#report mark").count() == 0
        ask(page, LIST)
        page.wait_for_function(f"{STORED} === 2")  # the page keeps what it has shown
        assert named(page) == [LIST, SINGLE]
        page.click("[popovertarget=kept]")
        page.locator("#kept .named").nth(1).click()
        page.wait_for_selector("#turn-1")
        assert page.locator(".conversation").inner_text() == before
        page.reload()
        page.wait_for_selector("#turn-1")
        assert page.locator(".conversation").inner_text() == before
        assert named(page) == [LIST, SINGLE]
        page.click("[popovertarget=kept]")
        page.locator("#kept .bin").first.click()
        assert page.locator("#kept .named").all_inner_texts() == [SINGLE]
        assert questions(page) == [SINGLE, ABSENT]
        page.click("[data-forget-all]")
        page.wait_for_selector(".start")
        assert stored(page) == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    context.close()


@at_every_size
def test_the_conversation_outlives_a_reload(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    before = page.locator(".turn").inner_text()
    page.reload()
    page.wait_for_selector("#turn-0")
    assert page.locator(".turn").inner_text() == before
    last(page, ".answer .cite").first.click()
    assert settled(page)


def test_two_tabs_are_two_conversations(context: BrowserContext, page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    for second in watched(context.new_page()):
        open_chat(second, address)
        second.wait_for_selector(".start")
        ask(second, LIST)
        ask(page, ABSENT)
        for tab, expected in ((page, [SINGLE, ABSENT]), (second, [LIST])):
            reload(tab)
            assert questions(tab) == expected
        second.click("[popovertarget=kept]")
        second.locator("#kept .named", has_text=SINGLE).click()
        second.wait_for_selector("#turn-1")
        ask(second, LIST)
        assert questions(second) == [SINGLE, ABSENT, LIST]
        page.reload()
        page.wait_for_selector("#turn-1")
        assert questions(page) == [SINGLE, ABSENT]
        second.close()


def test_two_people_do_not_see_each_other(page: Page, browser: Browser, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    other = browser.new_context(viewport=DESKTOP)
    for second in watched(other.new_page()):
        open_chat(second, address)
        second.wait_for_selector(".start")
        ask(second, LIST)
        assert second.locator(".turn").count() == 1
    other.close()
    ask(page, ABSENT)
    assert [page.locator(f"#turn-{n} h2").inner_text() for n in (0, 1)] == [SINGLE, ABSENT]


def test_what_was_kept_of_another_library_stays_kept(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find(each => each.startsWith("peel:"));
          const kept = JSON.parse(localStorage[key]);
          const sources = [{ document: "other", title: "Other", sha256: "0" }];
          kept.turns.push({ ...kept.turns[0], sources });
          localStorage[key] = JSON.stringify(kept);
        }"""
    )
    reload(page)
    assert questions(page) == [SINGLE]
    ask(page, LIST)
    turns = page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('peel:'))"
        ".map(k => JSON.parse(localStorage[k]).turns.length)"
    )
    assert sorted(turns) == [2, 2]


@pytest.mark.parametrize("kept", ["{", "[]", '{"turns": 1}', '{"turns": [1], "at": 0}', "null"])
def test_what_is_no_conversation_does_no_harm(page: Page, address: str, kept: str) -> None:
    open_chat(page, address)
    page.evaluate(
        """kept => {
          localStorage["peel:conversation:x"] = kept;
          sessionStorage["peel:open"] = "x";
        }""",
        kept,
    )
    page.reload()
    page.wait_for_selector(".start .example")
    page.locator(".start .example").first.click()
    page.wait_for_selector("#turn-0[data-state=answered]")


def test_the_browser_says_when_it_can_keep_no_more(page: Page, address: str) -> None:
    open_chat(page, address)
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    ask(page, SINGLE)
    page.wait_for_function("document.querySelector('#live').textContent.includes('no room')")
    assert last(page, ".answer .cite").count() == 1


def test_a_browser_that_may_keep_nothing_is_answered(page: Page, address: str) -> None:
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
          Object.defineProperty(window, name, { get() { throw new DOMException("denied"); } });
        }"""
    )
    open_chat(page, address)
    page.fill("#question textarea", SINGLE)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#turn-0[data-state=answered]")
    page.click("[popovertarget=kept]")
    assert page.locator("#kept ul").inner_text() == "None yet."
