"""Who is served and how, in a real Chromium: log-in, a proxy's path, a queue that is full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from served import IN_A_BROWSER, PHONE, SIZES, Held, ask, last, open_chat, served, settled, watched

from rag.pipeline import ReportQA
from ui.serve import Serving
from ui.users import Users, add_user

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from index.library import Library

pytestmark = IN_A_BROWSER

SINGLE = "When was the report last updated?"
NAME, PASSWORD = "anna", "nine brown dogs bark"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[str]:
    """The chat behind a log-in and below a path, as a proxy would have it."""
    file = tmp_path_factory.mktemp("users") / "users.json"
    add_user(file, NAME, PASSWORD)
    qa = ReportQA(library)
    qa.warm()
    with served(qa, Serving(root_path="/peel", users=Users.open(file))) as address:
        yield f"{address}peel/"


def log_in(page: Page, password: str) -> None:
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_people_log_in_ask_and_log_out(
    browser: Browser, guarded: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    for page in watched(context.new_page()):
        page.goto(guarded)
        page.wait_for_url("**/peel/login")
        log_in(page, PASSWORD)
        page.wait_for_url(guarded)
        open_chat(page, guarded)
        ask(page, SINGLE)
        last(page, ".answer .cite").first.click()
        assert settled(page)
        leave = page.get_by_role("link", name="Log out")
        box = leave.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= size["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        leave.click()
        page.wait_for_url("**/peel/login")
        page.goto(guarded)
        page.wait_for_url("**/peel/login")
    context.close()


def test_a_wrong_password_is_said_and_nothing_is_served(browser: Browser, guarded: str) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{guarded}login")
    log_in(page, "wrong")
    assert "do not belong together" in page.get_by_role("alert").inner_text()
    assert httpx.get(f"{guarded}config").status_code == 401
    page.context.close()


def test_nobody_is_asked_to_log_out_who_did_not_log_in(page: Page, address: str) -> None:
    open_chat(page, address)
    assert page.get_by_role("link", name="Log out").count() == 0


def test_a_full_queue_is_said_and_the_question_can_be_asked_again(
    browser: Browser, library: Library
) -> None:
    held = Held(library)
    context = browser.new_context(viewport=PHONE)
    with served(held, Serving(waiting=1, at_once=1)) as address, httpx.Client(timeout=60) as http:
        path = f"{address}gradio_api/call/v2/ask"
        page = context.new_page()  # not watched: a browser notes every 503 as an error
        open_chat(page, address)
        begun = [http.post(path, json={"question": "Who?"}) for _ in range(4)]
        assert begun[-1].status_code == 503
        page.fill("#question textarea", SINGLE)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#turn-0[data-state=error]")
        assert "Too many people are asking" in last(page, ".error").inner_text()
        assert "Too many" in (page.locator("#live").text_content() or "")
        held.gate.set()
        for taken in begun:
            if taken.status_code == 200:
                assert http.get(f"{path}/{taken.json()['event_id']}").status_code == 200
        last(page, "[data-retry]").click()
        page.wait_for_selector("#turn-0[data-state=answered]")
    context.close()
