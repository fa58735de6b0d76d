"""The user's own language model, behind any server that speaks the OpenAI protocol."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from llama_index.core.llms import LLM, ChatMessage

from index.errors import LLMError, LLMReplyError, LLMServerError
from rag.settings import LLMTable, llm_table

if TYPE_CHECKING:
    import openai
    from llama_index.llms.openai_like import OpenAILike

_SAID_CHARACTERS = 200
_NO_KEY = "no-key-is-needed"


@dataclass(frozen=True)
class LLMSettings:
    """Which language model is asked, and how patiently.

    ``base_url`` is the address that ``/chat/completions`` is put after, usually one that ends
    in ``/v1``. ``timeout`` is how many seconds the server may be silent; a request that fails
    for a passing reason is repeated ``retries`` times. The key is in no representation.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout: float = 180.0
    retries: int = 2

    @classmethod
    def from_env(
        cls,
        base_url: str | None = None,
        model: str | None = None,
        api_key: str | None = None,
        timeout: float | None = None,
    ) -> LLMSettings:
        """The settings that are given, for the others those of the environment, then the file's.

        That is ``PEEL_LLM_BASE_URL``, ``PEEL_LLM_MODEL`` and ``PEEL_LLM_API_KEY``, which
        many servers on one's own computer do not need; the file is ``rag.settings``'s. Raises
        LLMError where address or model is missing, or the address is none.
        """
        table = llm_table()
        base_url = _given(base_url, "base_url", "http://localhost:11434/v1 for Ollama", table)
        model = _given(model, "model", "the name by which the server knows it", table)
        _check_url(base_url)
        key = api_key or os.environ.get("PEEL_LLM_API_KEY", "") or table.get("api_key")
        timeout = timeout or table.timeout
        if not key.isascii() or not key.isprintable():
            raise LLMError(
                "the key has characters that no key has, such as a line break; "
                "set PEEL_LLM_API_KEY to the key alone"
            )
        return cls(base_url, model, key.strip(), timeout or cls.timeout)


def open_llm(settings: LLMSettings) -> OpenAILike:
    """The language model of the settings as a LlamaIndex LLM; no request is made yet.

    The key is known to its clients alone: as a field it would be in ``repr`` and ``to_dict``.
    """
    import openai
    from llama_index.llms.openai_like import OpenAILike

    address, patience, retries = settings.base_url, settings.timeout, settings.retries
    # Without a key the clients would send OPENAI_API_KEY, which is for another server.
    key = settings.api_key or _NO_KEY
    try:
        return OpenAILike(
            model=settings.model,
            api_base=address,
            api_key="not shown",
            is_chat_model=True,
            temperature=0.0,
            timeout=patience,
            max_retries=0,  # the clients repeat; LlamaIndex would repeat their repetitions
            openai_client=openai.OpenAI(
                base_url=address, api_key=key, timeout=patience, max_retries=retries
            ),
            async_openai_client=openai.AsyncOpenAI(
                base_url=address, api_key=key, timeout=patience, max_retries=retries
            ),
        )
    except ValueError as error:
        raise LLMError(f"the language model {settings.model!r} cannot be used: {error}") from None


def reply(llm: LLM, messages: Sequence[ChatMessage]) -> str:
    """What a language model answers.

    Raises LLMReplyError where there is nothing in its answer, LLMServerError where the request
    failed for a reason that may pass, and LLMError for one that will not. What the server says
    of it is shown cut and without the key, and never for a refused key, of which servers
    repeat parts.
    """
    try:
        text = llm.chat(list(messages)).message.content
    # From None: what these errors hold, the request and its key, stays out of tracebacks.
    except Exception as error:
        raise model_fault(error, llm) from None
    if not text or not text.strip():
        raise LLMReplyError(f"{model_name(llm)} gave an empty answer")
    return text


def model_name(llm: LLM) -> str:
    """How a model is called in messages."""
    return f"the language model {llm.metadata.model_name!r}"


def model_fault(error: BaseException, llm: LLM) -> LLMError:
    """What a request to a language model failed with, in words for the user; as ``reply``."""
    import httpx
    import openai

    name = model_name(llm)
    if isinstance(error, openai.OpenAIError):
        return _fault(error, name)
    if isinstance(error, (httpx.ReadError, httpx.RemoteProtocolError)):
        return LLMServerError(f"the connection to {name} ended before its answer was whole")
    if isinstance(error, httpx.TimeoutException):
        return LLMServerError(f"{name} gave no answer in time")
    if isinstance(error, (OSError, httpx.TransportError)):
        return LLMError(f"{name} cannot be reached ({type(error).__name__})")
    if isinstance(error, (ValueError, TypeError, AttributeError, LookupError)):
        return LLMReplyError(f"{name} gave an answer that is not of the OpenAI protocol")
    return LLMError(f"{name} failed ({type(error).__name__})")


def _fault(error: openai.OpenAIError, name: str) -> LLMError:
    import openai

    if isinstance(error, openai.APIConnectionError):
        return _connection_fault(error, name)
    if not isinstance(error, openai.APIStatusError):
        return LLMReplyError(f"{name} gave an answer that is not of the OpenAI protocol")
    status, address = error.status_code, _address(error)
    if status in (401, 403):
        return LLMError(
            f"the server at {address} refuses the key ({status}); set PEEL_LLM_API_KEY to one "
            f"that may use {name}"
        )
    if status == 404:
        return LLMError(
            f"the server at {address} does not have {name}, or is addressed wrongly (404"
            f"{_said(error)}); check PEEL_LLM_MODEL, and PEEL_LLM_BASE_URL, which usually ends "
            "in /v1"
        )
    if status == 429:
        return LLMServerError(f"the server at {address} takes no more requests (429{_said(error)})")
    return LLMServerError(f"the server at {address} failed ({status}{_said(error)})")


def _connection_fault(error: openai.APIConnectionError, name: str) -> LLMError:
    import httpx
    import openai

    cause = error.__cause__
    if isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout)):
        return LLMError(
            f"the server at {_address(error)} cannot be reached ({cause}); see that it runs, and "
            "that PEEL_LLM_BASE_URL is right"
        )
    if isinstance(error, openai.APITimeoutError):
        return LLMServerError(
            f"{name} gave no answer in time; allow it more: --llm-timeout SECONDS"
        )
    return LLMServerError(f"the connection to {name} ended before its answer was whole")


def _address(error: openai.APIConnectionError | openai.APIStatusError) -> str:
    """Where a request went, without anything secret that an address can hold."""
    url = error.request.url
    return f"{url.scheme}://{url.netloc.decode()}"


def _said(error: openai.APIStatusError) -> str:
    body = error.body
    said = body.get("message") if isinstance(body, Mapping) else body
    if not isinstance(said, str) or not said.strip():
        return ""
    key = error.request.headers.get("Authorization", "").removeprefix("Bearer ")
    line = " ".join(said.replace(key, "***").split()) if key else " ".join(said.split())
    readable = "".join(character for character in line if character.isprintable())
    return f": {readable[:_SAID_CHARACTERS]}"


def _given(value: str | None, name: str, example: str, table: LLMTable) -> str:
    variable = f"PEEL_LLM_{name.upper()}"
    value = (value or os.environ.get(variable, "") or table.get(name)).strip()
    if not value:
        raise LLMError(f"no language model is named: set {variable}, {example}")
    return value


def _check_url(url: str) -> None:
    """Raises LLMError; an address that may hold a secret is not shown."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise LLMError(
            "PEEL_LLM_BASE_URL is no address of a server; it looks like http://localhost:11434/v1"
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise LLMError(
            "PEEL_LLM_BASE_URL must be an address alone; put the key into PEEL_LLM_API_KEY"
        )
