"""Pictures of every state of the chat: python tests/screenshots.py FOLDER (make screenshots)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))


from llm_server import MODEL, LLMServer, status
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from served import (
    ARGUMENTS,
    HOW_TO_GET_ONE,
    TIMEOUT_MS,
    Paused,
    ask,
    chromium,
    open_chat,
    served,
)
from writing_models import liar

from index.library import Library
from rag.generate import Writer
from rag.llm import LLMSettings, open_llm
from rag.pipeline import ReportQA
from ui.serve import Serving

WIDTHS = {1440: 900, 820: 1100, 375: 812}
SINGLE = "When was the report last updated?"
LIST = "What are the areas for improvement?"
ABSENT = "How many helicopters does the force have?"
FIRST = "How well does the force protect vulnerable people?"
FOLLOW_UP = "And what should it improve there?"
JUDGED = "Is the force good at protecting vulnerable people?"
LIE = "The force has 45 horses."
IMPROVE = "What needs to improve?"
SETS = Path(__file__).parent.parent / "eval/sets/reports"
YORK = Path(__file__).parent / "data/reports/ilacs-york-2022.pdf"
NO_REPORT = Path(__file__).parent / "data/reports/outline.json"
SELECT_WORDS = """() => {
  const words = document.querySelectorAll(".report .paragraph")[3];
  words.scrollIntoView({ block: "center" });
  getSelection().selectAllChildren(words);
}"""


def main(folder: Path) -> None:
    """Writes one PNG a state, scheme and width into a folder."""
    browser_path = chromium()
    if browser_path is None:
        raise SystemExit(HOW_TO_GET_ONE)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as library,
        LLMServer(liar(LIE)) as server,
        served(qa := Paused(Library.open_or_build(Path(library)))) as address,
        served(qa, Serving(writer=writer_over(server))) as written,
        TemporaryDirectory() as second,
        served(several(qa, Path(second)), Serving(allow_changes=True)) as shared,
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
                page = context.new_page()
                page.set_default_timeout(TIMEOUT_MS)
                shown = chain(
                    states(page, address, qa),
                    written_states(page, written, server),
                    report_states(page, shared),
                )
                for state in shown:
                    page.wait_for_timeout(900)  # past smooth scrolling
                    path = folder / f"{state}-{scheme}-{width}.png"
                    page.screenshot(path=path)
                    with Image.open(path) as picture:  # a third of the size, and looks the same
                        picture.convert("RGB").quantize(128, dither=0).save(path, optimize=True)
                context.close()
        browser.close()


def states(page: Page, address: str, qa: Paused) -> Iterator[str]:
    """Brings the page into one state after the other and names each."""
    is_wide = page.evaluate("innerWidth") >= 1000
    open_chat(page, address)
    yield "start"
    qa.gate.clear()
    page.fill("#question textarea", SINGLE)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("[data-state=pending]")
    yield "answering"
    page.click("#stop")
    page.wait_for_selector("[data-state=stopped]")
    yield "stopped"
    qa.gate.set()
    ask(page, SINGLE)
    yield "answered-single"
    page.locator(".answer .cite").last.click()
    yield "citation-followed"
    page.click(".outline summary")
    yield "contents"
    page.keyboard.press("Escape")
    page.fill("#find", "domestic abuse")
    yield "search"
    page.fill("#find", "")
    page.evaluate(SELECT_WORDS)
    page.wait_for_selector(".picked:not([hidden])")
    yield "asking-about-words"
    page.evaluate("getSelection().removeAllRanges()")
    if not is_wide:
        page.click("button[data-view=chat]")
    page.locator(".how summary").last.click()
    yield "how-it-was-found"
    ask(page, LIST)
    yield "answered-list"
    page.locator(".turn:last-child .answer .cite").nth(1).hover()
    yield "quote-on-hover"
    page.mouse.move(0, 0)
    page.locator(".turn:last-child .answer .cite").nth(1).click()
    yield "quote-in-a-list"
    if not is_wide:
        page.click("[data-return]")
    page.click("[popovertarget=export]")
    yield "export"
    page.keyboard.press("Escape")
    page.locator(".turn:last-child [data-verdict=down]").click()
    page.wait_for_selector("#judge:popover-open")
    yield "what-is-wrong"
    page.click("[data-choose]")
    page.evaluate(SELECT_WORDS)
    page.wait_for_selector(".picked:not([hidden])")
    yield "choosing-the-right-passage"
    page.evaluate("getSelection().removeAllRanges()")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    ask(page, ABSENT)
    yield "not-in-the-report"
    page.locator(".turn:last-child .absent [data-edit]").click()
    yield "editing"
    page.keyboard.press("Escape")
    ask(page, " ")
    yield "error"
    page.click("[popovertarget=kept]")
    page.click("#kept [data-new]")
    page.wait_for_selector(".start")
    ask(page, FIRST)
    ask(page, FOLLOW_UP)
    yield "follow-up"
    page.click("[popovertarget=kept]")
    yield "conversations"


def several(qa: Paused, path: Path) -> ReportQA:
    """A pipeline over several reports."""
    reports = sorted(SETS.glob("*.md"))
    several = ReportQA(Library.create(path, encoder=qa.library.encoder, reports=reports))
    several.warm()
    return several


def report_states(page: Page, address: str) -> Iterator[str]:
    """What is done with several reports, and with one of the visitor's own."""
    open_chat(page, address)
    page.wait_for_selector("#among:not([hidden])")
    yield "several-reports"
    page.click(".bar [popovertarget=reports]")
    page.wait_for_selector("#reports .rows li")
    page.locator("#reports [data-known]").first.click()
    page.wait_for_selector("#reports .known")
    yield "what-is-known"
    page.locator("#reports [data-known]").first.click()
    page.click("#reports .adding summary")
    page.set_input_files("#reports [type=file]", [YORK, NO_REPORT])
    yield "report-being-read"
    page.wait_for_selector("#reports .coming:not([aria-busy])")
    yield "report-added"
    page.keyboard.press("Escape")
    ask(page, IMPROVE)
    yield "report-of-ones-own-asked"
    page.click(".bar [popovertarget=compare]")
    page.wait_for_selector("#compare tbody tr")
    page.select_option("#compare [name=second]", "wandsworth-ilacs-2023")
    yield "compared"
    page.keyboard.press("Escape")
    page.click(".bar [popovertarget=findings]")
    page.wait_for_selector("#findings tbody tr")
    yield "findings"


def writer_over(server: LLMServer) -> Writer:
    """The scripted language model as the chat asks it."""
    return Writer(open_llm(LLMSettings(server.base_url, MODEL, timeout=20.0, retries=0)))


def written_states(page: Page, address: str, server: LLMServer) -> Iterator[str]:
    """The same where a language model may be chosen to answer."""
    open_chat(page, address)
    page.get_by_label(f"Written by {MODEL}").check()
    yield "model-chosen"
    server.play(liar(LIE))
    ask(page, JUDGED)
    yield "sentence-not-proven"
    server.play(status(500, "out of memory", retry_after_ms="20"))
    ask(page, JUDGED)
    yield "own-words-instead"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python tests/screenshots.py FOLDER")
    main(Path(sys.argv[1]))
