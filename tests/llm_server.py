"""A server on this machine that speaks the OpenAI protocol and plays scripted language models.

::

    with LLMServer(faithful) as server:
        server.play(status(429), says("no JSON"), faithful)  # in turn; the last one stays
        ...
        assert len(server.chats) == 3

A model is a function from what it is asked to a ``Reply``.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

MODEL = "scripted-1"
_COMMON = frozenset(
    "a an the of to in on at is are was were has have had its it and or but be by for with".split()
)


@dataclass(frozen=True)
class Chat:
    """One request for an answer: its headers, by lower-case name, and its body."""

    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def messages(self) -> list[str]:
        """What was said so far, the system's words first."""
        return [message["content"] for message in self.body["messages"]]

    @property
    def units(self) -> dict[int, str]:
        """The numbered units of a report that stand in the prompt, as lines of JSON."""
        return {row["unit"]: row["text"] for row in self.rows if "unit" in row}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines of JSON in the first thing that the user said."""
        return [json.loads(line) for line in self.messages[1].split("\n")]


@dataclass(frozen=True)
class Reply:
    """What goes back over the wire: after ``delay`` seconds, and the first ``cut`` bytes only.

    A stream has ``pause`` seconds between its pieces.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None
    pause: float = 0.0


Model = Callable[[Chat], Reply]


class LLMServer:
    """Listens on a free port while the ``with`` block runs; ``chats`` is all that it was asked.

    With a ``key`` it refuses every other one, and it knows the model ``MODEL`` alone.
    """

    def __init__(self, *models: Model, key: str | None = None) -> None:
        self.chats: list[Chat] = []
        self.key = key
        self._script = list(models)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.left = threading.Event()  # set when a client went away from a stream
        self._http = _Listener(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        """What clients take as ``base_url``."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def play(self, *models: Model) -> None:
        """From now on these models answer, one request each; the last one stays."""
        with self._lock:
            self._script = list(models)

    def answer(self, chat: Chat) -> Reply:
        """What the model whose turn it is says, and what is wrong with the request before that."""
        with self._lock:
            self.chats.append(chat)
        if self.key is not None and chat.headers.get("authorization") != f"Bearer {self.key}":
            return status(401, f"Incorrect API key: {chat.headers.get('authorization')}")(chat)
        if chat.body.get("model") != MODEL:
            return status(404, f"The model {chat.body.get('model')!r} does not exist")(chat)
        with self._lock:
            model = self._script[0] if len(self._script) == 1 else self._script.pop(0)
        reply = model(chat)
        self._closing.wait(reply.delay)
        return reply

    def wait(self, seconds: float) -> bool:
        """Waits, and says whether the server is closing."""
        return self._closing.wait(seconds) if seconds else self._closing.is_set()

    def __enter__(self) -> LLMServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(10)


def says(text: str) -> Model:
    """A model that always says this."""
    return lambda chat: Reply(_completion(chat, text))


def status(code: int, message: str = "scripted fault", **headers: str) -> Model:
    """A server that refuses or fails; underscores in the names of headers stand for hyphens."""
    body = json.dumps({"error": {"message": message, "type": "scripted", "code": None}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Reply(body, code, named)


def sends(body: bytes) -> Model:
    """A server whose whole body is this, be it of the protocol or not."""
    return lambda _: Reply(body)


def dripping(seconds: float, model: Model) -> Model:
    """The model with a pause after each piece of its stream."""
    return lambda chat: replace(model(chat), pause=seconds)


def slow(seconds: float, model: Model) -> Model:
    """The model after a silence."""

    return lambda chat: replace(model(chat), delay=seconds)


def cut(model: Model) -> Model:
    """The model's answer, its connection closed half-way."""

    def half(chat: Chat) -> Reply:
        reply = model(chat)
        return replace(reply, cut=len(reply.body) // 2)

    return half


def faithful(chat: Chat) -> Reply:
    """A model that keeps to the format and asks with the units' own words."""
    return inventive({})(chat)


def inventive(words: Mapping[str, str]) -> Model:
    """A faithful model that knows other words for those of the report."""
    return lambda chat: Reply(_completion(chat, json.dumps(proposals(chat, words))))


def proposals(chat: Chat, words: Mapping[str, str]) -> dict[str, Any]:
    """What a faithful model proposes for the units in its prompt."""
    topics = {number: _topic(text, words) for number, text in chat.units.items()}
    numbers = list(topics)
    return {
        "single": [
            {
                "unit": number,
                "questions": [f"What is known about {topic}?", f"How is it with {topic}?"],
            }
            for number, topic in topics.items()
        ],
        "together": [
            {"units": numbers, "questions": [f"What is said from {topics[numbers[0]]} onwards?"]}
        ]
        if len(numbers) > 1
        else [],
        "not_answered": [
            {
                "question": f"How much money was spent on {topics[numbers[-1]]}?",
                "nearest": numbers[-1],
            }
        ],
    }


def _topic(text: str, words: Mapping[str, str]) -> str:
    found = [word for word in re.findall(r"\w+", text.lower()) if word not in _COMMON]
    return " ".join(words.get(word, word) for word in found[:8])


def _completion(chat: Chat, text: str) -> bytes:
    """The answer as the protocol has it: at once, or a piece a word where a stream is asked for."""
    if chat.body.get("stream"):
        pieces = re.findall(r"\s*\S+|\s+$", text)
        lines = [_piece(chat, piece) for piece in pieces] + [_piece(chat, "", "stop")]
        return b"".join(lines) + b"data: [DONE]\n\n"
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
    }
    return json.dumps(
        {
            "id": "scripted",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": chat.body["model"],
            "choices": [choice],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    ).encode()


def _piece(chat: Chat, text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
    data = {
        "id": "scripted",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": chat.body["model"],
        "choices": [choice],
    }
    return f"data: {json.dumps(data)}\n\n".encode()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away, as one does whose patience ends, is no error here."""


def _handler(server: LLMServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/v1/models":
                models = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
                self._send(Reply(json.dumps(models).encode()))
            else:
                self._send(status(404, "404 page not found")(Chat({}, {})))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.path == "/v1/chat/completions":
                self._send(server.answer(Chat(headers, body)))
            else:
                self._send(status(404, "404 page not found")(Chat(headers, body)))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            is_stream = reply.body.startswith(b"data:")
            kind = "text/event-stream" if is_stream else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if is_stream:
                self._send_pieces(reply)
            else:
                self.wfile.write(reply.body[: reply.cut])
            self.close_connection = self.close_connection or reply.cut is not None

        def _send_pieces(self, reply: Reply) -> None:
            """A piece at a time; a client that goes away is counted."""
            try:
                for piece in re.findall(rb".+?\n\n|.+$", reply.body[: reply.cut], re.DOTALL):
                    self.wfile.write(piece)
                    self.wfile.flush()
                    if server.wait(reply.pause):
                        return
            except OSError:
                server.left.set()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: tests look at ``chats``."""

    return Handler
