"""How soon the chat shows something, in a real browser: first paint, answers, quotes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from eval.stats import percentile

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTIONS: Final = (
    "What are the areas for improvement?",
    "How well does the force protect vulnerable people?",
    "And what should it improve there?",
    "What does OCG stand for?",
    "How many helicopters does the force have?",
    "Does the force spot county lines dealing?",
    "When was the report last updated?",
)

_PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# From a click on a marker to the frame after the one in which its quote is marked and in view.
_CLICK: Final = """async (marker) => {
  const began = performance.now();
  marker.click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const at = document.querySelector("#report mark:focus").getBoundingClientRect();
  const frame = document.querySelector("#report .report").getBoundingClientRect();
  if (at.top < frame.top || at.bottom > frame.bottom) throw new Error("the quote is not in view");
  return performance.now() - began;
}"""


@contextmanager
def chat(environment: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """A started ``peel chat``: its address, and the seconds until it told it."""
    command = (sys.executable, "-m", "ui.cli", "chat", "--port", "0")
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        address = next(
            match[0] for line in process.stderr or () if (match := re.search(r"http://\S+", line))
        )
        yield address, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


@contextmanager
def opened(address: str) -> Iterator[Page]:
    """A page of the chat in a desktop's window, which can be used."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.wait_for_selector("body[data-view] #question textarea")
        yield page
        browser.close()


def chat_rows(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """First paint, answers and quotes of a started chat, as rows of the table."""
    with chat(environment) as (address, _), opened(address) as page:
        page.wait_for_function(_PAINTED)
        painted = page.evaluate(_PAINTED)
        shown_after(page, QUESTIONS[-1], 0)  # warm
        answered, clicked = [], []
        for number, question in enumerate(QUESTIONS, start=1):
            answered.append(shown_after(page, question, number))
            markers = page.locator(".turn:last-child .answer .cite")
            clicked += [marker.evaluate(_CLICK) for marker in markers.all()]
    return [
        ("the chat's first paint, server up", f"{painted:.0f} ms"),
        ("from Enter to the answer on the screen, warm, p50 and max", _pair(answered)),
        ("from a click on a number to its quote in view, p50 and max", _pair(clicked)),
    ]


def shown_after(page: Page, question: str, number: int) -> float:
    """Milliseconds from Enter until the answer is turn ``number`` of the conversation."""
    page.fill("#question textarea", question)
    page.evaluate(
        """number => {
          window.took = new Promise((done) => {
            const began = performance.now();
            new MutationObserver((_, watch) => {
              const turn = document.querySelector(`#turn-${number}`);
              if (!turn || turn.dataset.state === "pending") return;
              watch.disconnect();
              requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
            }).observe(document.querySelector("#chat"), {
              subtree: true, childList: true, attributes: true,
            });
          });
        }""",
        number,
    )
    page.press("#question textarea", "Enter")
    return float(page.evaluate("window.took"))


def _pair(times: Sequence[float]) -> str:
    return f"{percentile(list(times), 0.5):.0f} ms, {max(times):.0f} ms"
