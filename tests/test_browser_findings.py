"""The register of findings in the chat, in a real Chromium: filter, sort, open, ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from served import DESKTOP, IN_A_BROWSER, PHONE, TABLET, open_chat, watched
from test_browser_pages import AXE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = IN_A_BROWSER

SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_findings_are_chosen_shown_and_asked_about(
    browser: Browser, address: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    for page in watched(context.new_page()):
        open_chat(page, address)
        rows, found = page.locator("#findings tbody tr"), page.locator("#findings .found")
        page.click("[popovertarget=findings]")
        page.wait_for_selector("#findings tbody tr")
        assert rows.count() == 16
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        violations: list[Any] = page.evaluate("async () => (await axe.run(document)).violations")
        assert violations == []
        page.select_option("#findings [name=kind]", "judgement")
        page.wait_for_function("document.querySelectorAll('#findings tbody tr').length === 2")
        page.select_option("#findings [name=kind]", "")
        page.fill("#findings [name=text]", "feedback OBTAIN")
        page.wait_for_function("document.querySelectorAll('#findings tbody tr').length === 1")
        assert found.inner_text() == "1 finding"
        words = rows.locator("[data-finding]").inner_text()
        rows.locator("[data-finding]").click()
        page.wait_for_selector("#report mark:focus")
        assert page.locator("#report mark:focus").inner_text() == words
        page.keyboard.press("Escape")
        page.click("[popovertarget=findings]")
        page.click("#findings [data-ask]")
        question = page.locator("#question textarea").input_value()
        assert question == f"What does the report say about “{words}”?"
        page.click("[popovertarget=findings]")
        page.fill("#findings [name=text]", "<img src=x onerror=alert(1)>")
        page.wait_for_function("document.querySelectorAll('#findings tbody tr').length === 0")
        assert found.inner_text() == "0 findings"
    context.close()
