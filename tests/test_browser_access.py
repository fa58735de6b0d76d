"""The chat for everyone, in a real Chromium: axe-core, keyboard, screen reader, paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_core import AXE, violations
from served import (
    DESKTOP,
    IN_A_BROWSER,
    SIZES,
    TABLET,
    Paused,
    ask,
    at_every_size,
    last,
    open_chat,
    settled,
    watched,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = IN_A_BROWSER

SINGLE = "When was the report last updated?"
LIST = "What are the areas for improvement?"
ABSENT = "How many helicopters does the force have?"
FIRST, FOLLOW_UP = (
    "How well does the force protect vulnerable people?",
    "And what should it improve?",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_axe_finds_nothing_in_any_state(
    browser: Browser, address: str, scheme: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    for page in watched(context.new_page()):
        open_chat(page, address)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = {"start": violations(page)}
        Paused.gate.clear()
        try:
            page.fill("#question textarea", FIRST)
            page.press("#question textarea", "Enter")
            page.wait_for_selector("#turn-0[data-state=pending]")
            page.add_style_tag(content=".dots i { animation: none !important }")
            found["answering"] = violations(page)
            page.click("#stop")
            page.wait_for_selector("#turn-0[data-state=stopped]")
            found["stopped"] = violations(page)
        finally:
            Paused.gate.set()
        page.locator("#turn-0 [data-retry]").click()
        page.wait_for_selector("#turn-0[data-state=answered]")
        page.evaluate("document.querySelectorAll('#chat details').forEach(d => { d.open = true })")
        found["answered"] = violations(page)
        last(page, "[data-verdict=down]").click()
        page.wait_for_selector("#judge:popover-open")
        found["what is wrong"] = violations(page)
        page.click("[data-choose]")
        found["choosing a passage"] = violations(page)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.click("[popovertarget=export]")
        found["export"] = violations(page)
        page.keyboard.press("Escape")
        last(page, ".answer .cite").first.click()
        found["quote in the report"] = violations(page)
        page.evaluate(
            "getSelection().selectAllChildren(document.querySelector('#report mark').parentNode)"
        )
        page.wait_for_selector(".picked:not([hidden])")
        found["asking about words"] = violations(page)
        page.evaluate("getSelection().removeAllRanges()")
        page.fill("#find", "force")
        page.click(".outline summary")
        found["contents and search"] = violations(page)
        page.keyboard.press("Escape")
        if size != DESKTOP:
            page.click("button[data-view=chat]")
        ask(page, ABSENT)
        found["not in the report"] = violations(page)
        last(page, ".acts [data-edit]").click()
        found["editing"] = violations(page)
        page.keyboard.press("Escape")
        ask(page, " ")
        found["error"] = violations(page)
        ask(page, FIRST)
        ask(page, FOLLOW_UP)
        assert last(page, ".understood").count() == 1
        found["follow-up"] = violations(page)
        page.click("[popovertarget=kept]")
        page.wait_for_selector("#kept .named")
        found["conversations"] = violations(page)
        assert {state: faults for state, faults in found.items() if faults} == {}
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(243, 241, 235)", "dark": "rgb(21, 24, 26)"}[scheme]
    context.close()


def test_the_keyboard_is_enough(page: Page, address: str) -> None:
    open_chat(page, address)
    page.keyboard.type(SINGLE)
    page.keyboard.press("Enter")
    page.wait_for_selector("#turn-0[data-state=answered]")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("!!document.activeElement.closest('.answer')"):
            break
    tip = page.locator(".tip")
    assert tip.is_visible()
    assert "Last updated 22/03/2018" in tip.inner_text()
    page.keyboard.press("Enter")
    assert settled(page)
    assert page.locator("#report mark:focus").inner_text() == "Last updated 22/03/2018"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.marker") == "1"
    assert page.evaluate("!!document.activeElement.closest('.answer')")


def test_skip_links_lead_to_the_question_and_the_report(page: Page, address: str) -> None:
    page.set_viewport_size(TABLET)  # where nothing has the focus at first
    open_chat(page, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the question"
    assert page.locator(".skip").first.is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    page.locator(".skip").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.report')")


def test_the_keyboard_gets_everywhere_in_order(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    page.evaluate("document.querySelector('.skip').focus()")
    order = []
    for _ in range(60):
        order.append(
            page.evaluate(
                """() => {
                  const at = document.activeElement;
                  const kinds = [".skip", ".bar button", ".acts button", ".answer .cite",
                    ".source .copy", ".how summary", ".thumbs button", ".foot .copy",
                    ".next .example", "#question textarea",
                    "#send", ".outline summary", "#find", ".report"];
                  return kinds.find(kind => at.matches(kind)) ?? "";
                }"""
            )
        )
        page.keyboard.press("Tab")
    reached = [kind for kind in dict.fromkeys(order) if kind]
    assert reached == [
        ".skip", ".bar button", ".acts button", ".answer .cite", ".source .copy", ".how summary",
        ".thumbs button", ".foot .copy",
        ".next .example", "#question textarea", "#send", ".outline summary", "#find", ".report",
    ]  # fmt: skip


@at_every_size
def test_answers_are_said_to_a_screen_reader(page: Page, address: str) -> None:
    open_chat(page, address)
    live = page.locator("#live")
    ask(page, SINGLE)
    assert live.text_content() == "Answered with high confidence. Last updated 22/03/2018 [1]"
    ask(page, ABSENT)
    assert live.text_content() == "Not in the report. The report does not say."
    ask(page, " ")
    assert "could not be asked" in (live.text_content() or "")
    assert page.locator("#question textarea").get_attribute("aria-label") or page.evaluate(
        "!!document.querySelector('#question textarea').labels.length"
    )


@at_every_size
def test_paper_gets_the_conversation_with_its_sources(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, LIST)
    assert last(page, ".sources").get_attribute("open") is None
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for kept in (".turn h2", ".answer", ".sources blockquote", ".how dl"):
        assert page.locator(kept).first.is_visible(), kept
    for left_out in ("#composer", ".bar", ".acts", ".copy", ".next", ".pane-bar", ".report"):
        assert not page.locator(left_out).first.is_visible(), left_out
    assert len(page.pdf()) > 10_000
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert last(page, ".sources").get_attribute("open") is None


def test_motion_is_left_out_where_it_is_not_wanted(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    for page in watched(context.new_page()):
        open_chat(page, address)
        ask(page, LIST)
        lines = (
            "[...document.querySelectorAll('.answer li')].map(li => getComputedStyle(li).opacity)"
        )
        assert set(page.evaluate(lines)) == {"1"}
    context.close()
