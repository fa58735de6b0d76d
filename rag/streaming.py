"""A language model's words as they come, within a deadline, and a request that can be stopped."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache

from llama_index.core.llms import LLM, ChatMessage, CustomLLM

from index.errors import LLMError, LLMReplyError, LLMServerError
from rag.llm import model_fault, model_name

_Item = str | BaseException | None
_LOOK_EVERY = 0.1


class Stream:
    """The pieces of a model's answer; the request begins when it is made, and ends with ``close``.

    The first piece must come within ``first_words`` seconds, each other within ``silence`` after
    the one before, all within ``deadline``. Iterating raises LLMServerError where the time is
    over, LLMReplyError where the answer is empty, and what ``rag.llm.reply`` raises. Closing it
    cuts the connection to the server; so does ``stop``, once it is set, within a moment.
    """

    def __init__(
        self,
        llm: LLM,
        messages: Sequence[ChatMessage],
        *,
        first_words: float,
        silence: float,
        deadline: float,
        stop: threading.Event | None = None,
    ) -> None:
        self._llm = llm
        self._stopped = stop or threading.Event()
        self._first_words = first_words
        self._silence = silence
        self._begun = time.monotonic()
        self._ends = self._begun + deadline
        self._items: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._stop = _begin(llm, list(messages), self._items)

    def __iter__(self) -> Iterator[str]:
        came = False
        while (item := self._next(came=came)) is not None:
            came = came or bool(item.strip())
            yield item
        if not came:
            raise LLMReplyError(f"{model_name(self._llm)} gave an empty answer")

    def close(self) -> None:
        """Ends the request, from any thread."""
        self._stop()

    def _next(self, *, came: bool) -> str | None:
        patience = self._silence if came else self._first_words
        ends = min(self._ends, time.monotonic() + patience)
        item: _Item = ""
        while not item:
            if self._stopped.is_set():
                raise LLMServerError(f"{model_name(self._llm)} was stopped")
            left = ends - time.monotonic()
            if left <= 0:
                raise _late(self._llm, came=came, waited=time.monotonic() - self._begun)
            try:
                item = self._items.get(timeout=min(left, _LOOK_EVERY))
            except queue.Empty:
                continue
            if item is None:
                return None
        if isinstance(item, BaseException):
            raise _fault(item, self._llm) from None
        return item


class _Stopper:
    """Ends a request, from any thread, once."""

    def __init__(self) -> None:
        self.is_set = threading.Event()
        self.task: asyncio.Future[None] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> None:
        self.is_set.set()
        if self.loop is not None and self.task is not None:
            self.loop.call_soon_threadsafe(self.task.cancel)


def _begin(llm: LLM, messages: list[ChatMessage], items: queue.SimpleQueue[_Item]) -> _Stopper:
    stopper = _Stopper()
    if isinstance(llm, CustomLLM):
        # A model in this process: its generator would hold up the loop that all others share.
        threading.Thread(
            target=_in_thread, args=(llm, messages, items, stopper), daemon=True
        ).start()
        return stopper
    loop = _loop()
    ready = threading.Event()

    def start() -> None:
        stopper.loop, stopper.task = loop, loop.create_task(_in_loop(llm, messages, items))
        ready.set()

    loop.call_soon_threadsafe(start)
    ready.wait()
    return stopper


async def _in_loop(llm: LLM, messages: list[ChatMessage], items: queue.SimpleQueue[_Item]) -> None:
    try:
        answer = await llm.astream_chat(messages)
        ending = _Ending()
        try:
            async for piece in answer:
                ending.see(piece.raw)
                items.put(piece.delta or "")
        finally:
            close = getattr(answer, "aclose", None)
            if close is not None:
                await close()
        items.put(ending.fault(llm))
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        items.put(error)


def _in_thread(
    llm: LLM,
    messages: list[ChatMessage],
    items: queue.SimpleQueue[_Item],
    stopper: _Stopper,
) -> None:
    try:
        for piece in llm.stream_chat(messages):
            if stopper.is_set.is_set():
                return
            items.put(piece.delta or "")
        items.put(None)
    except BaseException as error:
        items.put(error)


class _Ending:
    """Whether a stream of the OpenAI protocol said that it is whole; others need not."""

    def __init__(self) -> None:
        self._is_open = False

    def see(self, raw: object) -> None:
        choices = getattr(raw, "choices", None)
        if choices:
            self._is_open = getattr(choices[0], "finish_reason", None) is None

    def fault(self, llm: LLM) -> LLMServerError | None:
        if not self._is_open:
            return None
        return LLMServerError(
            f"the connection to {model_name(llm)} ended before its answer was whole"
        )


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """The loop of all requests, in a thread of its own: their connections belong to it."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language models", daemon=True).start()
    return loop


def _late(llm: LLM, *, came: bool, waited: float) -> LLMServerError:
    what = "did not end its answer" if came else "gave no answer"
    return LLMServerError(f"{model_name(llm)} {what} in time ({waited:.0f} s)")


def _fault(error: BaseException, llm: LLM) -> LLMError:
    if isinstance(error, LLMError):
        return error
    return model_fault(error, llm)
