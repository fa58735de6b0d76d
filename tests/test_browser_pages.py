"""A PDF's page as printed in a real Chromium: the quoted words marked on its image."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from served import DESKTOP, IN_A_BROWSER, PHONE, TABLET, ask, last, open_chat, served, watched

from index.library import Library
from rag.pipeline import ReportQA

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from index.embed import Encoder
    from index.types import Document

pytestmark = IN_A_BROWSER

DATA = Path(__file__).parent / "data"
AXE = Path(__file__).parent / "axe" / "axe.min.js"
SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}
QUESTION = "What is said of return home interviews?"


@pytest.fixture(scope="module")
def york(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    reports = [DATA / "reports" / "ilacs-york-2022.pdf"]
    return Library.create(tmp_path_factory.mktemp("york"), encoder=encoder, reports=reports)


@pytest.fixture(scope="module")
def report(york: Library) -> Document:
    return york.documents["ilacs-york-2022"]


@pytest.fixture(scope="module")
def pdf_chat(york: Library) -> Iterator[str]:
    qa = ReportQA(york)
    qa.ask(QUESTION)
    with served(qa) as address:
        yield address


def shown_page(page: Page, number: int) -> None:
    page.wait_for_function(
        """words => document.querySelector(".sheet-at")?.textContent.startsWith(words)
             && document.querySelector(".leaf img")?.naturalWidth > 0""",
        arg=f"Page {number} of ",
    )


def spots(page: Page) -> list[dict[str, float]]:
    """The marks on the page, in points."""
    found: list[dict[str, float]] = page.evaluate(
        """() => {
          const leaf = document.querySelector(".leaf").getBoundingClientRect();
          return [...document.querySelectorAll(".spot.lit")].map((spot) => {
            const at = spot.getBoundingClientRect();
            const point = 595 / leaf.width;
            return { x: point * (at.left - leaf.left), width: point * at.width,
              y: 841.9 * (at.top - leaf.top) / leaf.height };
          });
        }"""
    )
    return found


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_quote_is_marked_on_its_page(
    browser: Browser, pdf_chat: str, report: Document, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size)
    for page in watched(context.new_page()):
        open_chat(page, pdf_chat)
        ask(page, QUESTION)
        source = last(page, ".source[data-marker='1']")
        start, end = (int(source.get_attribute(f"data-{at}") or 0) for at in ("start", "end"))
        boxes = report.boxes(start, end)
        last(page, ".answer .cite").first.click()
        assert page.locator(".sheet").is_hidden()
        page.click("[data-paper]")
        shown_page(page, boxes[0].page)
        assert page.locator(".report").is_hidden()
        alt = page.locator(".leaf img").get_attribute("alt") or ""
        assert alt.startswith(f"Page {boxes[0].page} as printed, the quoted words marked in ")
        for spot, box in zip(spots(page), boxes, strict=True):
            assert spot["x"] == pytest.approx(box.x0, abs=1)
            assert spot["y"] == pytest.approx(box.y0, abs=1)
            assert spot["width"] == pytest.approx(box.x1 - box.x0, abs=1)
        in_sight = page.evaluate(
            """() => {
              const at = document.querySelector(".spot.lit").getBoundingClientRect();
              const frame = document.querySelector(".paper").getBoundingClientRect();
              return at.top >= frame.top && at.bottom <= frame.bottom;
            }"""
        )
        assert in_sight
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[Any] = page.evaluate("async () => (await axe.run(document)).violations")
        assert found == []
        # By keyboard to the next page, and back to the text.
        page.focus("[data-turn='1']")
        page.keyboard.press("Enter")
        shown_page(page, boxes[0].page + 1)
        page.focus("[data-paper]")
        page.keyboard.press("Space")
        assert page.locator(".report").is_visible()
        assert page.locator("[data-paper]").get_attribute("aria-pressed") == "false"
    context.close()


def test_another_quote_turns_the_page(pdf_chat: str, report: Document, page: Page) -> None:
    open_chat(page, pdf_chat)
    page.click("[data-paper]")
    shown_page(page, 1)
    assert page.locator("[data-turn='-1']").is_disabled()
    ask(page, QUESTION)
    source = last(page, ".source").first
    shown_page(page, report.boxes(int(source.get_attribute("data-start") or 0), 10**6)[0].page)


def test_only_what_may_be_seen_is_painted(pdf_chat: str, page: Page) -> None:
    open_chat(page, pdf_chat)
    paint = """async (asked) => {
      const pane = document.querySelector("#report .pane");
      const before = pane.dataset.shown;
      pane.dataset.shown = asked;
      document.querySelector("[data-paper]").click();
      await new Promise((done) => setTimeout(done, 1500));
      const shown = [document.querySelector(".sheet-at").textContent,
        document.querySelectorAll(".leaf").length];
      pane.dataset.shown = before;
      return shown;
    }"""
    for name in ("../../etc/passwd", "<img src=x onerror=alert(1)>", "kent"):
        said, pages = page.evaluate(paint, name)
        assert (said, pages) == (f"there is no report {name!r} here any more", 0)
        page.click("[data-paper]")
