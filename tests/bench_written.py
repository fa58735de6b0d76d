"""How soon written sentences are shown: python tests/bench_written.py (make bench-written).

A scripted language model on this machine writes the first passage's sentences, a word each 20 ms,
after the silence in which a model reads its prompt. Prints a Markdown table.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ClassVar
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent.parent))

from llm_server import MODEL, Chat, LLMServer, Reply
from playwright.sync_api import sync_playwright
from served import ARGUMENTS, HOW_TO_GET_ONE, TIMEOUT_MS, chromium, open_chat, served
from writing_models import faithful_writer, liar, sloppy_writer

from eval.stats import percentile
from rag import generate
from rag.generate import Writer
from rag.llm import LLMSettings, open_llm
from rag.pipeline import ReportQA
from rag.tokens import open_or_build
from rag.verdicts import Sheet
from ui.serve import Serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from rag.claims import Claim

QUESTIONS = (
    "How well does the force protect vulnerable people?",
    "How good is its response to domestic abuse?",
    "How does the force manage offenders?",
    "Does the force spot county lines dealing?",
    "Is the force good at protecting vulnerable people?",
    "What are the areas for improvement?",
)
A_WORD, SILENCE = 0.02, 0.3
# When the answer first has words, in seconds of the clock that time.time() has too.
_SHOWN = """() => {
  window.shownAt = null;
  new MutationObserver((_, watch) => {
    if (!document.querySelector(".turn:last-child .answer .cite")) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      window.shownAt = (performance.timeOrigin + performance.now()) / 1000;
    }));
  }).observe(document.querySelector("#chat"), { subtree: true, childList: true });
}"""


class Timed(Sheet):
    """A sheet that notes the milliseconds of each sentence, and those of a core."""

    taken: ClassVar[list[tuple[float, float]]] = []
    _before: ClassVar[set[str]] = set()

    def add(self, claim: Claim) -> bool:
        begun, worked = time.perf_counter(), time.thread_time()
        shown = super().add(claim)
        took = (1000 * (time.perf_counter() - begun), 1000 * (time.thread_time() - worked))
        # What was checked before is remembered, and costs nothing.
        if claim.kind != "lead_in" and claim.text not in self._before:
            self.taken.append(took)
        self._before.add(claim.text)
        return shown


def main() -> None:
    """Takes every measurement and prints the table."""
    executable = chromium()
    if executable is None:
        raise SystemExit(HOW_TO_GET_ONE)
    with (
        TemporaryDirectory() as folder,
        LLMServer(faithful_writer) as server,
        sync_playwright() as playwright,
        patch.object(generate, "Sheet", Timed),
    ):
        qa = ReportQA(open_or_build(Path(folder) / "library"))
        writer = Writer(open_llm(LLMSettings(server.base_url, MODEL, timeout=60.0, retries=0)))
        qa.ask("Has the force a helicopter?", writer=writer)  # loads what is loaded on first use
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        with served(qa, Serving(writer=writer)) as address:
            first = [first_words(browser, address, server, one) for one in QUESTIONS]
        browser.close()
        for number, question in enumerate(QUESTIONS, start=45):
            for model in (sloppy_writer, liar(f"The force has {number} horses.")):
                server.play(model)
                qa.ask(question, writer=writer)
    wall, core = (sorted(times) for times in zip(*Timed.taken, strict=True))
    rows = (
        (
            f"from the end of the model's first sentence to words on the screen, p50 and max of "
            f"{len(first)}",
            f"{median(first):.0f} ms, {max(first):.0f} ms",
        ),
        (
            f"a sentence verified, median of {len(wall)}",
            f"{median(wall):.0f} ms ({median(core):.0f} ms of a core)",
        ),
        (
            "a sentence verified, p90",
            f"{percentile(wall, 0.9):.0f} ms ({percentile(core, 0.9):.0f} ms of a core)",
        ),
    )
    say = sys.stdout.write
    say(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n\n")
    say("| what | measured |\n|---|---|\n")
    say("".join(f"| {what} | {value} |\n" for what, value in rows))


def first_words(browser: Browser, address: str, server: LLMServer, question: str) -> float:
    """Milliseconds from the end of the model's first sentence until it is shown."""
    said: list[Reply] = []

    def model(chat: Chat) -> Reply:
        said.append(faithful_writer(chat))
        return replace(said[-1], pause=A_WORD, delay=SILENCE)

    server.play(model)
    page = browser.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    open_chat(page, address)
    page.get_by_label(f"Written by {MODEL}").check()
    page.evaluate(_SHOWN)
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function("window.shownAt")
    shown = float(page.evaluate("window.shownAt"))
    page.wait_for_selector(".turn:last-child[data-state=answered]")
    page.close()
    return 1000 * (shown - server.sent[_ends(said[-1])])


def _ends(reply: Reply) -> int:
    """Which piece of a stream ends the first sentence; its marker may come after it."""
    words = ""
    for place, line in enumerate(re.findall(rb"data: (\{.+?)\n\n", reply.body)):
        words += json.loads(line)["choices"][0]["delta"]["content"]
        if words.endswith((".", "!", "?")):
            return place
    raise ValueError(f"no sentence ends in {words!r}")


if __name__ == "__main__":
    main()
