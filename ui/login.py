"""The door of a served chat: nothing behind it is reached without a user's name and password.

Browsers log in on a page and get a cookie, as does ``gradio_client``; other programs may send
HTTP Basic credentials with each request.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.attempts import Attempts
from ui.login_page import POLICY, login_html
from ui.origin import is_foreign
from ui.passwords import MAX_CHARACTERS
from ui.users import Users
from ui.visitors import USER

COOKIE: Final = "peel-session"

_SESSION_SECONDS: Final = 12 * 3600
_PROVEN_SECONDS: Final = 600
_KEPT: Final = 10_000
_FORM_BYTES: Final = 4096
_WRONG: Final = "That name and password do not belong together. Please try again."
_NEEDED: Final = "Please log in: send a name and password, or the cookie that /login gives."
_FOREIGN: Final = "This log-in came from another web site and was refused."
_TOO_LONG: Final = "This is too long for a name and a password."


@dataclass(frozen=True, slots=True)
class _Session:
    name: str
    stamp: str
    ends: float


class LoginGate:
    """ASGI middleware that lets only ``users`` through.

    ``prefix`` is where a proxy has put the chat; ``secure`` keeps the cookie to HTTPS. Sessions
    end after 12 hours, with the server, and when the user is removed or has a new password.
    """

    def __init__(self, app: ASGIApp, users: Users, prefix: str = "", secure: bool = False) -> None:
        self._app = app
        self._users = users
        self._prefix = prefix
        self._secure = secure
        self._attempts = Attempts()
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._proven: OrderedDict[bytes, float] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self._limiter: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        path = scope["path"].rstrip("/")
        if path == "/login":
            response = await self._login(request)
        elif path == "/logout":
            response = self._logout(request)
        elif path == "/favicon.ico":
            response = Response(status_code=204)  # browsers ask for one on the log-in page
        else:
            refusal = await self._refusal(request)
            if refusal is None:
                await self._app(scope, receive, send)
                return
            response = refusal
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    async def _login(self, request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            return self._page("", 200)
        if request.method != "POST":
            return Response(status_code=405, headers={"Allow": "GET, POST"})
        if is_foreign(request.headers):
            return self._said(request, _FOREIGN, 403)
        form = await _form(request)
        if form is None:
            return self._said(request, _TOO_LONG, 413)
        name, password = form
        wait = await self._try(request, name, password)
        if wait is not None:
            return self._failed(request, wait)
        response: Response = JSONResponse({"success": True})
        if _wants_page(request):
            response = RedirectResponse(f"{self._prefix}/", 303)
        response.set_cookie(
            COOKIE,
            self._begin(name),
            max_age=_SESSION_SECONDS,
            path=self._prefix or "/",
            secure=self._secure or request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    def _logout(self, request: Request) -> Response:
        self._sessions.pop(_digest(request.cookies.get(COOKIE, "")), None)
        response = RedirectResponse(f"{self._prefix}/login", 303)
        response.delete_cookie(COOKIE, path=self._prefix or "/")
        return response

    async def _refusal(self, request: Request) -> Response | None:
        """Why a request does not get through; None where it does."""
        session = self._session(request)
        if session is not None:
            request.scope[USER] = session.name
            return None
        basic = _basic(request.headers.get("Authorization", ""))
        if basic is not None:
            request.scope[USER] = basic[0]
            wait = await self._try_again(request, *basic)
            return None if wait is None else self._failed(request, wait)
        if _wants_page(request) and request.method in ("GET", "HEAD"):
            return RedirectResponse(f"{self._prefix}/login", 303)
        return self._said(request, _NEEDED, 401)

    def _session(self, request: Request) -> _Session | None:
        token = request.cookies.get(COOKIE)
        session = self._sessions.get(_digest(token)) if token else None
        if session is None or session.ends < time.monotonic():
            return None
        is_current = hmac.compare_digest(session.stamp, self._users.stamp(session.name))
        return session if is_current else None

    def _begin(self, name: str) -> str:
        token = secrets.token_urlsafe(32)
        ends = time.monotonic() + _SESSION_SECONDS
        self._sessions[_digest(token)] = _Session(name, self._users.stamp(name), ends)
        _shorten(self._sessions)
        return token

    async def _try_again(self, request: Request, name: str, password: str) -> int | None:
        """As ``_try``, at no cost where the same credentials were right a moment ago."""
        said = "\0".join((name, password, self._users.stamp(name)))
        mark = hmac.digest(self._key, said.encode("utf-8", "surrogatepass"), "sha256")
        if self._proven.get(mark, 0.0) > time.monotonic():
            return None
        wait = await self._try(request, name, password)
        if wait is None:
            self._proven[mark] = time.monotonic() + _PROVEN_SECONDS
            _shorten(self._proven)
        return wait

    async def _try(self, request: Request, name: str, password: str) -> int | None:
        """None where the password is right, else the seconds to wait, 0 for none."""
        address = request.client.host if request.client else ""
        if len(name) > MAX_CHARACTERS or len(password) > MAX_CHARACTERS:
            return 0
        if wait := self._attempts.begin(address, name):
            return wait
        if self._limiter is None:
            # Each try takes a core and 32 MiB; strangers must not take all of them.
            self._limiter = CapacityLimiter(1)
        right = await to_thread.run_sync(self._users.check, name, password, limiter=self._limiter)
        if not right:
            return 0
        self._attempts.succeeded(address, name)
        return None

    def _failed(self, request: Request, wait: int) -> Response:
        if not wait:
            return self._said(request, _WRONG, 401)
        message = (
            "There were too many log-ins that failed. "
            f"Please try again in {-(-wait // 60)} minutes."
        )
        response = self._said(request, message, 429)
        response.headers["Retry-After"] = str(wait)
        return response

    def _said(self, request: Request, message: str, status: int) -> Response:
        if _wants_page(request):
            return self._page(message, status)
        response = JSONResponse({"detail": message}, status)
        # A browser would ask for a password in a window of its own.
        if status == 401 and "Sec-Fetch-Mode" not in request.headers:
            response.headers["WWW-Authenticate"] = 'Basic realm="peel", charset="UTF-8"'
        return response

    def _page(self, message: str, status: int) -> Response:
        html = login_html(f"{self._prefix}/login", message)
        return HTMLResponse(html, status, {"Content-Security-Policy": POLICY})


async def _form(request: Request) -> tuple[str, str] | None:
    """Name and password as sent; None where more was sent than they can be."""
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > _FORM_BYTES:
            return None
    fields = parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True)
    return fields.get("username", [""])[0], fields.get("password", [""])[0]


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    return name, password


def _digest(token: str) -> str:
    """What is kept of a session's token, so that looking it up tells nothing of the token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _shorten(kept: OrderedDict[str, _Session] | OrderedDict[bytes, float]) -> None:
    while len(kept) > _KEPT:
        kept.popitem(last=False)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")
