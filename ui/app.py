"""The chat in the browser: Gradio blocks around ``Desk``, and the server for them."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any

# Gradio reads these once, when it is imported: no usage counts, no calls to other hosts.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import PeelError
from ui.api import add_endpoints, refuse_call
from ui.desk import Asked, Desk, Turns
from ui.serve import Serving, protect

if TYPE_CHECKING:
    from rag.pipeline import ReportQA

_TITLE = "Ask the report"
_BODY_BYTES = 8 * 2**20
_BAR = f"""
<nav class="skips" aria-label="Skip to"><a class="skip" href="#question">Skip to the question</a>
<a class="skip" href="#report">Skip to the report</a></nav>
<header class="bar"><h1 class="brand">{_TITLE}</h1>
<div class="views" role="group" aria-label="View">
<button type="button" data-view="chat" aria-pressed="true">Chat</button>
<button type="button" data-view="report" aria-pressed="false">Report</button></div>
<button type="button" class="quiet" popovertarget="kept" aria-label="Conversations">
<span aria-hidden="true">☰</span><span class="word"> Conversations</span></button>
<button type="button" class="quiet wide" data-new>New conversation</button></header>
<section id="kept" popover aria-label="Conversations"><h2>Conversations</h2>
<p class="small">Kept in this browser only.</p><ul></ul>
<p class="ends"><button type="button" class="act" data-new>New conversation</button>
<button type="button" class="act" data-forget-all>Delete all</button></p></section>
<p class="unseen" role="status"></p><div class="tip" aria-hidden="true" hidden></div>
"""
_HEAD = """
<meta name="color-scheme" content="light dark">
<meta name="description" content="Questions about inspection reports, answered in their words">
"""
# Gradio's own page has inline scripts and builds its HTML components with `new Function`;
# handlers in attributes, other hosts and frames it does not need.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "script-src-attr 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_SCRIPTS = ("base.js", "report.js", "search.js", "conversations.js", "chat.js")
_STYLES = ("frame.css", "chat.css", "report.css", "print.css")
# Hands the conversation to the page, which keeps it.
_KEEP = """(turns) => {
  document.dispatchEvent(new CustomEvent("peel:kept", { detail: turns }));
  return [];
}"""


def build_app(qa: ReportQA, serving: Serving | None = None) -> gr.Blocks:
    """The chat at the left and the report at the right, over ``qa``, and its named endpoints."""
    serving = serving or Serving()
    desk = Desk(qa)
    app = gr.Blocks(
        title=_TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)
    )
    with app:
        kept = gr.JSON([], visible=False)
        asked = gr.State(None)  # an Asked, while it is on its way
        _html(_BAR, "bar")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="chat-side"):
                chat = _html(desk.conversation([])[0], "chat", _assets(_SCRIPTS))
                with gr.Row(elem_id="composer"):
                    box = gr.Textbox(
                        label="Your question",
                        show_label=False,
                        placeholder="Ask about the report…",
                        lines=1,
                        max_lines=6,
                        container=False,
                        elem_id="question",
                    )
                    send = gr.Button("Ask", elem_id="send", variant="primary")
                    stop = gr.Button("Stop", elem_id="stop")
            report = _html(desk.report(""), "report")

        def accept(question: str, turns: Any) -> tuple[Any, ...]:
            return "", Asked(question), desk.accept(question, turns), turns

        def accept_in_place(turns: Any, event: gr.EventData) -> tuple[Any, ...]:
            question, before = str(event.question), list(turns or [])[: int(event.at)]
            shown = desk.accept(question, before)
            return gr.skip(), Asked(question, bool(event.alone)), shown, before

        def answer(waiting: Asked | None, turns: Any) -> Iterator[tuple[Any, Any]]:
            yield gr.skip(), gr.skip()
            if waiting:  # it may have been dropped before this began
                yield from desk.answer(waiting, turns)

        def restore(waiting: Asked | None, event: gr.EventData) -> tuple[None, str, Turns]:
            if waiting:
                waiting.dropped.set()
            return None, *desk.conversation(event.turns)

        def open_report(event: gr.EventData) -> str:
            return desk.report(str(event.document))

        def stopped(waiting: Asked | None, turns: Any) -> tuple[None, Any]:
            if waiting:
                waiting.dropped.set()
            return None, desk.stopped(waiting.question, turns) if waiting else gr.skip()

        # What was stopped fails too, and has been told of already.
        def refuse(waiting: Asked | None, turns: Any) -> Any:
            return desk.refuse(waiting.question, turns) if waiting else gr.skip()

        at_once: dict[str, Any] = {**_QUIET, "queue": False}
        shown = [box, asked, chat, kept]
        accepted = [
            gr.on([box.submit, send.click], accept, [box, kept], shown, **at_once),
            chat.ask(accept_in_place, [kept], shown, **at_once),
        ]
        answered = [event.then(answer, [asked, kept], [chat, kept], **_QUIET) for event in accepted]
        for event in answered:
            event.failure(refuse, [asked, kept], [chat], **at_once)
            event.success(None, [kept], None, js=_KEEP, **at_once)
        stop.click(stopped, [asked, kept], [asked, chat], cancels=answered, **at_once)
        restored = chat.restore(restore, [asked], [asked, chat, kept], cancels=answered, **at_once)
        restored.then(None, [kept], None, js=_KEEP, **at_once)
        chat.again(restore, [asked], [asked, chat, kept], **at_once)  # nothing is left to cancel
        chat.open(open_report, None, [report], **at_once)
        add_endpoints(qa)
    app.queue(max_size=serving.waiting, default_concurrency_limit=serving.at_once, api_open=False)
    return app


def build_server(qa: ReportQA, serving: Serving | None = None) -> FastAPI:
    """The chat as an ASGI application that talks to its own pages and its users only."""
    serving = serving or Serving()
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, max_body_size=_BODY_BYTES)
    protect(server, serving)
    server.add_middleware(_Secured)
    server.add_middleware(CORSMiddleware, allow_origins=[])
    if serving.mcp:
        from ui.mcp_tools import add_tools

        add_tools(server, qa, serving.at_once, serving.waiting)

    gr.mount_gradio_app(
        server,
        build_app(qa, serving),
        path="/",
        app_kwargs={"exception_handlers": {TypeError: refuse_call, KeyError: refuse_call}},
        root_path=serving.root_path.rstrip("/") or None,
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        max_file_size=1,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=_theme(),
        head=f"{_HEAD}<style>{_assets(_STYLES)}</style>",
    )
    return server


def serve(qa: ReportQA, serving: Serving, ready: Callable[[str], None]) -> None:
    """Serves the chat until interrupted; ``ready`` is called with its address.

    Raises PeelError where the port cannot be had.
    """
    host, port = serving.host, serving.port
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except (OSError, OverflowError) as error:
            raise PeelError(
                f"cannot listen on {host} port {port} ({error}); "
                "try another port: peel chat --port 7861"
            ) from error
        config = uvicorn.Config(
            build_server(qa, serving), log_level="warning", timeout_graceful_shutdown=2
        )
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listener.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listener])


class _Secured:
    """Puts the security headers on every response; streams pass through as they come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_secured)


def _html(value: str, name: str, script: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script)


def _theme() -> gr.themes.Base:
    sans = ("ui-sans-serif", "system-ui", "sans-serif")
    theme = gr.themes.Base(font=sans, font_mono=("ui-monospace", "monospace"))
    return theme.set(body_background_fill="#f3f1eb", body_background_fill_dark="#15181a")


def _assets(names: Iterable[str]) -> str:
    folder = files("ui.assets")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
