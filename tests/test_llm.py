"""Settings of a language model, and every way in which its server can fail."""

from __future__ import annotations

import logging
import socket
import traceback

import pytest
from llama_index.core.llms import ChatMessage
from llm_server import MODEL, LLMServer, Model, cut, says, sends, slow, status

from index.errors import LLMError, LLMReplyError, LLMServerError
from rag.llm import LLMSettings, open_llm, reply

KEY = "sk-secret-0123456789"
HELLO = [ChatMessage(role="user", content="Hello?")]


def settings(server: LLMServer, timeout: float = 20.0, retries: int = 2) -> LLMSettings:
    return LLMSettings(server.base_url, MODEL, KEY, timeout, retries)


def fault(asked: LLMSettings) -> LLMError:
    with pytest.raises(LLMError) as caught:
        reply(open_llm(asked), HELLO)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value


def test_settings_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("BASE_URL", "http://localhost:1/v1"), ("MODEL", "m"), ("API_KEY", KEY)):
        monkeypatch.setenv(f"PEEL_LLM_{name}", value)
    assert LLMSettings.from_env() == LLMSettings("http://localhost:1/v1", "m", KEY)
    given = LLMSettings.from_env("https://b.example/v1", "n", "other", 5.0)
    assert given == LLMSettings("https://b.example/v1", "n", "other", 5.0)
    assert KEY not in repr(LLMSettings.from_env())


@pytest.mark.parametrize(
    ("url", "model", "key", "message"),
    [
        ("", "m", "", "set PEEL_LLM_BASE_URL"),
        ("http://localhost:1/v1", " ", "", "set PEEL_LLM_MODEL"),
        ("localhost:1/v1", "m", "", "no address of a server"),
        ("ftp://localhost/v1", "m", "", "no address of a server"),
        ("http://", "m", "", "no address of a server"),
        ("http://localhost:99999/v1", "m", "", "no address of a server"),
        ("http://[::1/v1", "m", "", "no address of a server"),
        (f"http://user:{KEY}@localhost/v1", "m", "", "must be an address alone"),
        (f"http://localhost/v1?key={KEY}", "m", "", "must be an address alone"),
        ("http://localhost/v1", "m", f"{KEY}\nX: y", "characters that no key has"),
        ("http://localhost/v1", "m", f"{KEY}\u2013", "characters that no key has"),
    ],
)
def test_settings_that_cannot_be(
    url: str, model: str, key: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BASE_URL", "MODEL", "API_KEY"):
        monkeypatch.delenv(f"PEEL_LLM_{name}", raising=False)
    with pytest.raises(LLMError, match=message) as caught:
        LLMSettings.from_env(url, model, key)
    assert KEY not in str(caught.value)


def test_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with LLMServer(says("Good morning.")) as server:
        server.key = KEY
        llm = open_llm(settings(server))
        assert reply(llm, HELLO) == "Good morning."
        (chat,) = server.chats
    assert chat.messages == ["Hello?"]
    assert chat.body["temperature"] == 0.0
    assert KEY not in repr(llm) + str(llm.to_dict()) + caplog.text


def test_without_a_key_none_is_sent_that_is_meant_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with LLMServer(says("Yes.")) as server:
        reply(open_llm(LLMSettings(server.base_url, MODEL)), HELLO)
        assert KEY not in str(server.chats[0].headers)


@pytest.mark.parametrize(
    ("passing", "requests"),
    [
        (status(429, retry_after_ms="20"), 2),
        (status(500, retry_after_ms="20"), 2),
        (cut(says("Good morning.")), 2),
        (slow(1.0, says("Too late.")), 2),
    ],
)
def test_what_passes_is_asked_again(passing: Model, requests: int) -> None:
    with LLMServer(passing, says("Good morning.")) as server:
        assert reply(open_llm(settings(server, timeout=0.5)), HELLO) == "Good morning."
        assert len(server.chats) == requests


@pytest.mark.parametrize(
    ("model", "kind", "message"),
    [
        (status(429, "slow down", retry_after_ms="20"), LLMServerError, "no more requests .429: s"),
        (status(500, "oops", retry_after_ms="20"), LLMServerError, "failed .500: oops"),
        (status(400, "context of 4096 tokens"), LLMServerError, "400: context of 4096 tokens"),
        (status(400, f"no {KEY}\x1b[31m\n!"), LLMServerError, r"400: no \*\*\*\[31m !\)"),
        (status(403, f"not {KEY[:10]}"), LLMError, "refuses the key .403.; set PEEL_LLM_API_KEY"),
        (cut(says("Good morning.")), LLMServerError, "ended before its answer was whole"),
        (slow(1.0, says("Too late.")), LLMServerError, "no answer in time; .* --llm-timeout"),
        (sends(b"{"), LLMReplyError, "not of the OpenAI protocol"),
        (sends(b"[]"), LLMReplyError, "not of the OpenAI protocol"),
        (sends(b"{}"), LLMReplyError, "not of the OpenAI protocol"),
        (sends(b'{"choices": []}'), LLMReplyError, "not of the OpenAI protocol"),
        (sends(b'{"choices": [{"message": null}]}'), LLMReplyError, "not of the OpenAI protocol"),
        (sends(b"\xff\xfe"), LLMReplyError, "not of the OpenAI protocol"),
        (says(""), LLMReplyError, "an empty answer"),
        (says(" \n"), LLMReplyError, "an empty answer"),
    ],
)
def test_what_does_not_pass_is_said(model: Model, kind: type[LLMError], message: str) -> None:
    with LLMServer(model) as server:
        error = fault(settings(server, timeout=0.5, retries=1))
    assert type(error) is kind
    with pytest.raises(kind, match=message):
        raise error


def test_a_refused_key_a_wrong_name_and_a_wrong_address() -> None:
    with LLMServer(says("Yes."), key="another") as server:
        error = fault(settings(server))
        assert type(error) is LLMError
        assert "refuses the key (401); set PEEL_LLM_API_KEY" in str(error)
        server.key = None
        error = fault(LLMSettings(server.base_url, "scripted-9", KEY))
        assert "'scripted-9', or is addressed wrongly (404: The model 'scripted-9'" in str(error)
        error = fault(LLMSettings(server.base_url.removesuffix("/v1"), MODEL, KEY))
        assert "PEEL_LLM_BASE_URL, which usually ends in /v1" in str(error)
        assert len(server.chats) == 2


def test_a_server_that_is_down_or_nowhere() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    for where in (address, "http://nowhere.invalid"):
        error = fault(LLMSettings(f"{where}/v1", MODEL, KEY, retries=0))
        assert type(error) is LLMError
        assert f"the server at {where} cannot be reached" in str(error)


def test_a_model_that_cannot_chat_is_refused() -> None:
    with pytest.raises(LLMError, match=r"'gpt-5\.2-pro' cannot be used"):
        open_llm(LLMSettings("http://localhost:1/v1", "gpt-5.2-pro"))
