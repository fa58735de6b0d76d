"""The chat served from this process to a real Chromium, and to nobody else."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import pytest
import uvicorn

from rag.pipeline import Partial, ReportQA, Step
from rag.types import Answer
from ui.serve import Serving
from ui.server import build_server

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page
    from starlette.types import ASGIApp

    from index.library import Library
    from index.types import Document

HOW_TO_GET_ONE = "no Chromium found; get one with: apt-get install chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMEOUT_MS = 60_000
DESKTOP = {"width": 1440, "height": 900}
TABLET = {"width": 820, "height": 1100}
PHONE = {"width": 375, "height": 812}
SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}
at_every_size = pytest.mark.parametrize("context", SIZES.values(), ids=SIZES, indirect=True)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_STARTED_WITHIN_SECONDS = 30
_HELD_FOR_SECONDS = 60


class Paused(ReportQA):
    """A pipeline that can be held before it reads, so that its waiting can be seen.

    ``answered`` are the questions that were worked on to their end, ``left`` those whose work
    is over, done or not.
    """

    gate = threading.Event()
    answered: ClassVar[list[str]] = []
    left: ClassVar[list[str]] = []

    def stream(self, question: str, *more: Any, **named: Any) -> Iterator[Step | Partial | Answer]:
        try:
            for event in super().stream(question, *more, **named):
                if isinstance(event, Answer):
                    self.answered.append(question)
                elif isinstance(event, Step) and event.message.startswith("Reading"):
                    self.gate.wait(_HELD_FOR_SECONDS)
                yield event
        finally:
            self.left.append(question)


class Held(ReportQA):
    """A pipeline that answers nothing until its gate is opened, so that questions wait."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.gate = threading.Event()
        self.warm()

    def stream(self, question: str, *more: Any, **named: Any) -> Iterator[Step | Partial | Answer]:
        self.gate.wait(10 * _HELD_FOR_SECONDS)
        yield from super().stream(question, *more, **named)


def chromium() -> str | None:
    """The browser of this machine; None where there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason=HOW_TO_GET_ONE),
]


@contextmanager
def served(qa: ReportQA, serving: Serving | None = None) -> Iterator[str]:
    """The address of the chat over ``qa``, on a free port of this machine."""
    server = build_server(qa, serving)
    with serving_app(server) as address:
        yield address
    server.state.own.close()


@contextmanager
def serving_app(app: ASGIApp) -> Iterator[str]:
    """The address of an application, on a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        deadline = time.monotonic() + _STARTED_WITHIN_SECONDS
        while not server.started:
            if time.monotonic() > deadline:
                raise TimeoutError("the chat did not start")
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join(10)


def watched(page: Page) -> Iterator[Page]:
    """The page, which must end without an error, a request to another host or a wide line."""
    page.set_default_timeout(TIMEOUT_MS)
    faults: list[str] = []
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(_fault(said)) if said.type == "error" else None)
    yield page
    assert faults == [], faults
    assert hosts - {None} == {"127.0.0.1"}
    if not page.is_closed():
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def show_report(page: Page) -> None:
    """Turns to the report, where the screen shows one side at a time."""
    if page.locator("button[data-view=report]").is_visible():
        page.click("button[data-view=report]")


def _fault(said: ConsoleMessage) -> str:
    return f"{said.text} ({said.location.get('url', '')})"


def wait_until_left(page: Page, question: str) -> None:
    """Waits until no more work is done for a question, and its news, if any, would be shown."""
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while question not in Paused.left:
        assert time.monotonic() < deadline, "the question is still worked on"
        page.wait_for_timeout(50)
    page.evaluate("fetch('config').then(said => said.text())")  # behind what was on its way
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def last(page: Page, selector: str) -> Locator:
    """What matches in the last turn."""
    return page.locator(f".turn:last-child {selector}")


def quoted(report: Document, source: Locator) -> str:
    """The report's own text at the offsets that a source names."""
    start, end = (int(source.get_attribute(f"data-{at}") or 0) for at in ("start", "end"))
    return report.text[start:end]


def marked(page: Page, marker: int) -> str:
    """The text that the report pane marks as this quote, found by its badge."""
    return str(
        page.evaluate(
            """number => {
              const badge = document.querySelector(`.badge[data-back="${number}"]`);
              const at = badge.nextElementSibling.dataset.at;
              return [...document.querySelectorAll("#report mark")]
                .filter(mark => mark.dataset.at === at).map(mark => mark.textContent).join("");
            }""",
            marker,
        )
    )


def settled(page: Page, selector: str = "mark:focus") -> bool:
    """Whether an element comes to rest inside of the report's own window."""
    return bool(
        page.wait_for_function(
            """selector => {
              const mark = document.querySelector(`#report ${selector}`);
              const pane = document.querySelector("#report .report");
              if (!mark) return false;
              const [at, frame] = [mark.getBoundingClientRect(), pane.getBoundingClientRect()];
              return at.top >= frame.top && at.bottom <= frame.bottom && at.width > 0
                && getComputedStyle(mark).visibility === "visible";
            }""",
            arg=selector,
        )
    )


def open_chat(page: Page, address: str) -> None:
    """Opens the chat and waits until it can be used."""
    page.goto(address)
    _ready(page)


def reload(page: Page) -> None:
    """Loads the page anew, with the conversation that it had."""
    page.reload()
    _ready(page)
    page.wait_for_selector(".turn")


def ask(page: Page, question: str) -> None:
    """Types a question, presses Enter and waits until what comes of it is shown and kept."""
    before = page.evaluate("[window.answered, window.kept]")
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        "([answered, kept]) => window.answered > answered && window.kept > kept", arg=before
    )


def _ready(page: Page) -> None:
    """Waits until the chat can be used; counts what it shows and keeps from then on."""
    page.wait_for_selector("#question textarea")
    page.wait_for_selector("body[data-view]")
    page.evaluate(
        """() => {
          window.answered = window.kept = 0;
          document.addEventListener("peel:kept", () => { window.kept += 1; });
          new MutationObserver((changes) => {
            for (const { target } of changes) window.answered += target.dataset.state !== "pending";
          }).observe(document.querySelector("#chat"), {
            subtree: true, attributeFilter: ["data-state"],
          });
        }"""
    )
