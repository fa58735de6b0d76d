"""``peel index add --enrich`` as people run it: in a process of its own, with a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from llm_server import MODEL, LLMServer, faithful, says, slow, status

from index.config import IndexConfig
from index.embed import Encoder
from index.library import Library
from index.publish import live_version

ROOT = Path(__file__).parents[1]
KEY = "sk-secret-0123456789"
REPORT = (
    "Norvale Police\n\nDogs\n\n"
    + " ".join(f"Dog number {n} is well." for n in range(12))
    + "\n\nBoats\n\n"
    + " ".join(f"Boat number {n} is afloat." for n in range(12))
    + "\n\nLeaders\n\n"
    + " ".join(f"Leader number {n} is trusted." for n in range(12))
    + "\n"
)
ASKED = 3


@pytest.fixture
def server() -> Iterator[LLMServer]:
    """A faithful model that wants the key."""
    with LLMServer(faithful, key=KEY) as running:
        yield running


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report of three parts."""
    path = tmp_path / "norvale.txt"
    path.write_text(REPORT, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, tiny: Encoder) -> Path:
    """An empty library of the fast model."""
    path = tmp_path / "library"
    Library.create(path, IndexConfig(model=tiny.model_name), tiny)
    return path


def start(folder: Path, server: LLMServer, tiny: Encoder, *arguments: str) -> subprocess.Popen[str]:
    env = {
        **os.environ,
        "PEEL_LIBRARY": str(folder),
        "PEEL_MODEL": tiny.model_name,
        "PEEL_LLM_BASE_URL": server.base_url,
        "PEEL_LLM_MODEL": MODEL,
        "PEEL_LLM_API_KEY": KEY,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "index", *arguments],
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A runner in the background ignores interrupts, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def finish(process: subprocess.Popen[str], expected: int = 0) -> tuple[str, list[str]]:
    """What was printed, and the lines of the error stream."""
    out, err = process.communicate(timeout=240)
    assert process.returncode == expected, out + err
    assert KEY not in out + err
    assert "Traceback" not in err
    return out, err.splitlines()


def opened(folder: Path, tiny: Encoder) -> Library:
    library = Library.open(folder, IndexConfig(model=tiny.model_name), tiny)
    assert library.verify() == ()
    return library


def questions(library: Library) -> int:
    return sum(len(group.questions) for group in library.documents["norvale"].answered)


def test_questions_reach_the_library_and_stay(
    folder: Path, server: LLMServer, report: Path, tiny: Encoder
) -> None:
    out, err = finish(start(folder, server, tiny, "add", str(report), "--enrich"))
    assert out == "added: norvale\n"
    assert err == ["norvale: questions answered 75, not answered 0"]
    assert len(server.chats) == ASKED
    again = finish(start(folder, server, tiny, "add", str(report), "--enrich"))
    assert again == ("unchanged: norvale\n", err)
    assert len(server.chats) == ASKED
    library = opened(folder, tiny)
    assert questions(library) == 36 * 2 + ASKED
    assert library.add([report]).unchanged == ("norvale",)
    assert questions(Library.rebuild(folder, library.config, tiny)) == 36 * 2 + ASKED
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert KEY.encode() not in stored


def test_ctrl_c_leaves_the_library_and_the_same_command_goes_on(
    folder: Path, server: LLMServer, report: Path, tiny: Encoder
) -> None:
    before = live_version(folder)
    server.play(faithful, slow(60, faithful))
    process = start(folder, server, tiny, "add", str(report), "--enrich")
    deadline = time.monotonic() + 120
    while len(server.chats) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = finish(process, 130)
    assert err == [
        "stopped; the questions written so far are kept, and the same command goes on there"
    ]
    assert live_version(folder) == before
    server.play(faithful)
    out, _ = finish(start(folder, server, tiny, "add", str(report), "--enrich"))
    assert out == "added: norvale\n"
    assert len(server.chats) == 2 + ASKED - 1


def test_a_part_without_questions_is_named_and_the_rest_goes_on(
    folder: Path, server: LLMServer, report: Path, tiny: Encoder
) -> None:
    title = {"title": "Norvale [/red]\x1b[31m" + "x" * 100}
    report.with_suffix(".json").write_text(json.dumps(title), encoding="utf-8")
    server.play(faithful, says("No."), says("No."), says("No."), faithful)
    out, err = finish(start(folder, server, tiny, "add", str(report), "--enrich"))
    assert out == "added: norvale\n"
    assert err[1:] == [
        f"no questions on Norvale [/red] [31m{'x' * 31}…, “Boats” from “Boat number 0 is afloat.”: "
        "no reply of 3 can be used: there is no such JSON object in it"
    ]
    assert questions(opened(folder, tiny)) == 24 * 2 + 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--llm-base-url", "http://127.0.0.1:9/v1"), "the server at http://127.0.0.1:9 cannot be"),
        (("--llm-base-url", "127.0.0.1"), "PEEL_LLM_BASE_URL is no address of a server"),
        (("--llm-model", "scripted-9"), "does not have the language model 'scripted-9'"),
        (("--llm-api-key", "another"), "refuses the key (401); set PEEL_LLM_API_KEY"),
    ],
)
def test_a_model_that_cannot_be_used_is_one_clear_line(
    arguments: tuple[str, ...],
    message: str,
    folder: Path,
    server: LLMServer,
    report: Path,
    tiny: Encoder,
) -> None:
    before = live_version(folder)
    out, err = finish(start(folder, server, tiny, "add", str(report), "--enrich", *arguments), 1)
    (line,) = err
    assert out == ""
    assert line.startswith("peel: ")
    assert message in line
    assert line.endswith(
        "Nothing was added; without --enrich reports are added without a language model"
    )
    assert live_version(folder) == before
    assert len(server.chats) <= 1


def test_a_server_that_always_fails_is_given_up(
    folder: Path, server: LLMServer, report: Path, tiny: Encoder
) -> None:
    server.play(status(500, f"oops {KEY}", retry_after_ms="10"))
    before = live_version(folder)
    _, (line,) = finish(start(folder, server, tiny, "add", str(report), "--enrich"), 1)
    assert "failed (500: oops ***)" in line
    assert "3 parts of the report in a row" in line
    assert len(server.chats) == 3 * ASKED
    assert live_version(folder) == before
