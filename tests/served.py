"""The chat served from this process to a real Chromium, and to nobody else."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from rag.pipeline import ReportQA, Step
from rag.types import Answer
from ui.app import build_server
from ui.serve import Serving

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from starlette.types import ASGIApp

    from index.library import Library

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
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_STARTED_WITHIN_SECONDS = 30
_HELD_FOR_SECONDS = 60


class Paused(ReportQA):
    """A pipeline that can be held before it answers, so that its waiting can be seen."""

    gate = threading.Event()

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Step | Answer]:
        for event in super().stream(question, history):
            if isinstance(event, Answer):
                self.gate.wait(_HELD_FOR_SECONDS)
            yield event


class Held(ReportQA):
    """A pipeline that answers nothing until its gate is opened, so that questions wait."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.gate = threading.Event()
        self.warm()

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Step | Answer]:
        self.gate.wait(10 * _HELD_FOR_SECONDS)
        yield from super().stream(question, history)


def chromium() -> str | None:
    """The browser of this machine; None where there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def served(qa: ReportQA, serving: Serving | None = None) -> Iterator[str]:
    """The address of the chat over ``qa``, on a free port of this machine."""
    with serving_app(build_server(qa, serving)) as address:
        yield address


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


def open_chat(page: Page, address: str) -> None:
    """Opens the chat and waits until it can be used."""
    page.goto(address)
    page.wait_for_selector("#question textarea")
    page.wait_for_selector("body[data-view]")
    page.evaluate(
        """() => {
          window.answered = 0;
          new MutationObserver((changes) => {
            for (const { target } of changes) window.answered += target.dataset.state !== "pending";
          }).observe(document.querySelector("#chat"), {
            subtree: true, attributeFilter: ["data-state"],
          });
        }"""
    )


def ask(page: Page, question: str) -> None:
    """Types a question, presses Enter and waits for what comes of it."""
    before = page.evaluate("window.answered")
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function("before => window.answered > before", arg=before)
