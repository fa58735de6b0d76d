"""What ``peel.toml`` says of a language model, and ``peel llm check``, ``peel ask --llm``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from llm_server import MODEL, Chat, LLMServer, Reply, says, status
from typer.testing import CliRunner
from writing_models import faithful_writer, passages

from index.errors import LLMError
from index.library import Library
from rag.llm import LLMSettings
from rag.settings import llm_table
from ui.cli import app

KEY = "sk-secret-0123456789"
ASKED = "Is the force good at protecting vulnerable people?"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("BASE_URL", "MODEL", "API_KEY"):
        monkeypatch.delenv(f"PEEL_LLM_{name}", raising=False)
    monkeypatch.delenv("PEEL_CONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[LLMServer]:
    def model(chat: Chat) -> Reply:
        is_answer = chat.messages[-1].startswith('{"passage"')
        return faithful_writer(chat) if is_answer else says("ready")(chat)

    with LLMServer(model) as server:
        yield server


def test_without_a_file() -> None:
    assert llm_table().path is None
    with pytest.raises(LLMError, match="set PEEL_LLM_BASE_URL"):
        LLMSettings.from_env()


def test_the_file_gives_what_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "peel.toml"
    file.write_text(
        f'[llm]\nbase_url = "http://localhost:1/v1"\nmodel = "m"\napi_key = "{KEY}"\n'
        'timeout = 9\ncontext_tokens = 2000\ndeadline = 30\nunproven = "leave out"\n'
    )
    assert LLMSettings.from_env() == LLMSettings("http://localhost:1/v1", "m", KEY, 9.0)
    table = llm_table()
    assert (table.writing.context_tokens, table.writing.deadline) == (2000, 30.0)
    assert table.writing.leave_out
    assert KEY not in repr(table)
    monkeypatch.setenv("PEEL_LLM_MODEL", "n")
    assert LLMSettings.from_env().model == "n"
    assert LLMSettings.from_env(model="o").model == "o"
    other = tmp_path / "other.toml"
    other.write_text('[llm]\nmodel = "p"\n')
    monkeypatch.delenv("PEEL_LLM_MODEL")
    monkeypatch.setenv("PEEL_CONFIG", str(other))
    assert llm_table().get("model") == "p"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'api_key = "{KEY}', "is no TOML"),
        ("llm = 1", "must be a table"),
        (f'[llm]\nkey = "{KEY}"', "no entry 'key'"),
        ("[llm]\nmodel = 3", "model must be a text"),
        ("[llm]\ntimeout = 0", "timeout must be a number above 0"),
        ("[llm]\ndeadline = true", "deadline must be a number above 0"),
        ('[llm]\nunproven = "hide"', 'unproven must be "mark" or "leave out"'),
    ],
)
def test_a_file_that_is_wrong(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "peel.toml").write_text(text)
    with pytest.raises(LLMError, match=message) as caught:
        llm_table()
    assert KEY not in str(caught.value)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    if isinstance(result.exception, LLMError):
        return 1, str(result.exception)
    return result.exit_code, result.output


def test_a_model_is_tried_out(server: LLMServer) -> None:
    flags = ("--llm-base-url", server.base_url, "--llm-model", MODEL, "--llm-api-key", KEY)
    code, said = run("llm", "check", *flags)
    assert code == 0, said
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "ok   settings", "ok   answers", "ok   streams", "ok   cites",
    ]  # fmt: skip
    assert KEY not in said
    server.play(says("ready"))
    code, said = run("llm", "check", *flags)
    assert code == 1
    assert "fails cites" in said
    server.play(status(401, f"bad {KEY}"))
    code, said = run("llm", "check", *flags)
    assert code == 1
    assert "fails answers: the server at" in said
    assert KEY not in said


def test_peel_ask_llm(library: Library, server: LLMServer, tmp_path: Path) -> None:
    asked = ("ask", ASKED, "--library", str(library.path), "--llm")
    code, said = run(*asked)
    assert code == 1
    assert "PEEL_LLM_BASE_URL" in said
    (tmp_path / "peel.toml").write_text(
        f'[llm]\nbase_url = "{server.base_url}"\nmodel = "{MODEL}"\n'
    )
    code, said = run(*asked, "--json")
    assert code == 0, said
    answer = json.loads(said)
    assert answer["writer"] == MODEL
    assert all(part["verdict"]["supported"] for part in answer["parts"])
    assert passages(server.chats[-1])
    saved = tmp_path / "answer.json"
    saved.write_text(said)
    code, said = run("verify", str(saved), "--library", str(library.path))
    assert code == 0, said
    answer["parts"][0]["text"] = "The force does not protect vulnerable people."
    saved.write_text(json.dumps(answer))
    code, said = run("verify", str(saved), "--library", str(library.path))
    assert code == 1
    assert "is not proven by the words that it cites" in said
    server.play(says("The force has 900 horses [1]. It protects vulnerable people well [1]."))
    for form, words in (
        ("markdown", "Not found in the report"),
        ("html", "<del>The force has 900 horses.</del>"),
        ("csv", "protects vulnerable people well"),
    ):
        code, said = run(*asked, "--format", form)
        assert code == 0, said
        assert words in said
    code, said = run(*asked)
    assert "(Not found in the report: the number ‘900’ does not stand there" in said
    assert f"Written by {MODEL}" in said
