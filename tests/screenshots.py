"""Pictures of every state of the chat: python tests/screenshots.py FOLDER."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))


from playwright.sync_api import Page, sync_playwright
from served import ARGUMENTS, HOW_TO_GET_ONE, Paused, ask, chromium, open_chat, served

from index.library import Library

WIDTHS = {1440: 900, 820: 1100, 375: 812}
SINGLE = "When was the report last updated?"
LIST = "What are the areas for improvement?"
ABSENT = "How many helicopters does the force have?"
FIRST = "How well does the force protect vulnerable people?"
FOLLOW_UP = "And what should it improve there?"


def main(folder: Path) -> None:
    """Writes one PNG a state, scheme and width into a folder."""
    browser_path = chromium()
    if browser_path is None:
        raise SystemExit(HOW_TO_GET_ONE)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as library,
        served(qa := Paused(Library.open_or_build(Path(library)))) as address,
        sync_playwright() as playwright,
    ):
        qa.gate.set()
        qa.ask(SINGLE)  # loads what is loaded on first use
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(ARGUMENTS))
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                for state in states(context.new_page(), address, qa):
                    page = context.pages[0]
                    page.wait_for_timeout(2200)  # past smooth scrolling and the flash
                    page.screenshot(path=folder / f"{state}-{scheme}-{width}.png")
                context.close()
        browser.close()


def states(page: Page, address: str, qa: Paused) -> Iterator[str]:
    """Brings the page into one state after the other and names each."""
    open_chat(page, address)
    yield "start"
    qa.gate.clear()
    page.fill("#question textarea", SINGLE)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("[data-state=pending]")
    yield "answering"
    qa.gate.set()
    page.wait_for_selector("[data-state=answered]")
    yield "answered-single"
    page.locator(".answer .cite").last.click()
    yield "citation-followed"
    page.keyboard.press("Escape")
    page.locator(".how summary").last.click()
    yield "how-it-was-found"
    ask(page, LIST)
    yield "answered-list"
    ask(page, ABSENT)
    yield "not-in-the-report"
    ask(page, " ")
    yield "error"
    page.click("[data-clear]")
    page.wait_for_selector(".start")
    ask(page, FIRST)
    ask(page, FOLLOW_UP)
    yield "follow-up"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python tests/screenshots.py FOLDER")
    main(Path(sys.argv[1]))
