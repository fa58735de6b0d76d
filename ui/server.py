"""The chat's server: the page mounted behind its guards, and listening."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import PeelError
from ui.api import refuse_call
from ui.app import build_app
from ui.desks import Desks
from ui.layout import head, theme
from ui.own import OwnReports
from ui.serve import Serving, protect
from ui.shelf import Shelf
from ui.uploads import add_uploads

if TYPE_CHECKING:
    from rag.pipeline import ReportQA

_BODY_BYTES = 8 * 2**20
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


def build_server(qa: ReportQA, serving: Serving | None = None) -> FastAPI:
    """The chat as an ASGI application that talks to its own pages and its users only."""
    serving = serving or Serving()
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, max_body_size=_BODY_BYTES)
    protect(server, serving)
    server.add_middleware(_Secured)
    server.add_middleware(CORSMiddleware, allow_origins=[])
    shelf = Shelf(qa)
    own = OwnReports(qa, serving.uploads)
    server.state.own = own
    desks = Desks(shelf, own, serving.writer, allow_changes=serving.allow_changes)
    if serving.takes_reports:
        add_uploads(server, desks, serving.prefix, secure=serving.is_https)
    if serving.mcp:
        from ui.mcp_tools import add_tools

        add_tools(server, shelf, serving.at_once, serving.waiting, serving.writer)

    gr.mount_gradio_app(
        server,
        build_app(desks, serving),
        path="/",
        app_kwargs={"exception_handlers": _HANDLERS},
        root_path=serving.root_path.rstrip("/") or None,
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        max_file_size=1,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        head=head(),
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
        server = build_server(qa, serving)
        config = uvicorn.Config(server, log_level="warning", timeout_graceful_shutdown=2)
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listener.getsockname()[1]}")
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            server.state.own.close()


async def _stop_nothing(request: Request, error: Exception) -> Response:
    """The page may stop a call before the queue has given it a number: that is no fault."""
    if not isinstance(error, RequestValidationError):
        raise error
    if request.url.path.endswith(("/gradio_api/cancel", "/gradio_api/reset")):
        return JSONResponse({"success": False})
    return await request_validation_exception_handler(request, error)


_HANDLERS: dict[type[Exception], Any] = {
    TypeError: refuse_call,
    KeyError: refuse_call,
    RequestValidationError: _stop_nothing,
}


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
