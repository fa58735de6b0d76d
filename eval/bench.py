"""Measures speed and size: python -m eval.bench (make bench).

Every figure is taken on new processes and a library in a temporary folder. Prints a Markdown
table for the README.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from eval.bench_chat import chat, chat_rows, opened, shown_after
from eval.dataset import bundled_sets, load_set
from eval.stats import percentile

_QUESTION = "What are the areas for improvement?"
_PEEL = (sys.executable, "-m", "ui.cli")


def main() -> None:
    """Takes every measurement and prints the table."""
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="peel-bench-") as folder:
        library = Path(folder) / "library"
        environment = {**os.environ, "PEEL_LIBRARY": str(library)}
        ask = (*_PEEL, "ask", _QUESTION)
        first, memory = _timed(lambda: _run(ask, environment))
        rows.append(("first `peel ask` (builds the index, then answers)", f"{first:.1f} s"))
        cold = sorted(_timed(lambda: _run(ask, environment))[0] for _ in range(3))[1]
        rows.append(("cold `peel ask`, median of 3", f"{cold:.1f} s"))
        rows.append(("peak memory of the first `peel ask`", f"{memory / 1024:.0f} MiB"))
        rows.append(("start of `peel chat` to its address", _start(environment, answer=False)))
        rows.append(("start of `peel chat` to the first answer", _start(environment, answer=True)))
        rows += chat_rows(environment)
        rows += _in_process(library)
        rows.append(("index of the bundled report on the disk", size(library)))
    rows.append(("virtual environment", size(Path(sys.prefix))))
    print("| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


def _in_process(library: Path) -> list[tuple[str, str]]:
    """Building the index and asking the development set, the model being loaded."""
    from index.library import Library
    from index.reports import bundled_report
    from rag.pipeline import ReportQA

    opened = Library.open(library)
    encoder = opened.encoder
    fresh = library.parent / "fresh"
    build, _ = _timed(lambda: Library.create(fresh, encoder=encoder, reports=[bundled_report()]))
    qa = ReportQA(opened)
    qa.warm()
    seconds = []
    for question in load_set(next(iter(bundled_sets().values()))):
        began = time.perf_counter()
        qa.ask(question.question, question.history)
        seconds.append(time.perf_counter() - began)
    p50, p95 = (1000 * percentile(seconds, share) for share in (0.5, 0.95))
    return [
        ("index of the bundled report built (model loaded)", f"{build:.1f} s"),
        ("a question, warm, p50", f"{p50:.0f} ms"),
        ("a question, warm, p95", f"{p95:.0f} ms"),
    ]


def _start(environment: dict[str, str], *, answer: bool) -> str:
    began = time.perf_counter()
    with chat(environment) as (address, seconds):
        if not answer:
            return f"{seconds:.1f} s"
        with opened(address) as page:
            shown_after(page, _QUESTION, 0)
        return f"{time.perf_counter() - began:.1f} s"


def _run(command: tuple[str, ...], environment: dict[str, str]) -> None:
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _timed(work: Callable[[], object]) -> tuple[float, int]:
    """Seconds, and the largest resident set of any child so far in KiB."""
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def size(folder: Path) -> str:
    """The bytes of the files in a folder, as people read them."""
    total = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
    return f"{total / 2**20:,.0f} MiB" if total > 2**20 else f"{total / 2**10:,.0f} KiB"


if __name__ == "__main__":
    main()
