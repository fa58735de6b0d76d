"""Who asks: a browser by its cookie, together with the name that someone logged in with.

The cookie is set with the first report that a browser uploads, lasts until the browser is
closed, and is read by the server only. What is kept on the server is a digest of it.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

COOKIE: Final = "peel-visitor"
USER: Final = "peel.user"
"""Under this name the log-in puts the user's name into a request's scope."""


def visitor_of(request: Request | None) -> str:
    """A name for the browser and the user of a request; empty for a browser without a cookie."""
    token = request.cookies.get(COOKIE, "") if request is not None else ""
    return _named(token, request.scope.get(USER, "")) if request is not None and token else ""


def recognise(request: Request) -> tuple[str, str]:
    """The name of a request's visitor, and the cookie that is to be set, empty where it is."""
    if known := visitor_of(request):
        return known, ""
    token = secrets.token_urlsafe(32)
    return _named(token, request.scope.get(USER, "")), token


def remember(response: Response, token: str, *, path: str, secure: bool) -> None:
    """Set a new visitor's cookie, for a path, over HTTPS only where that is ``secure``."""
    response.set_cookie(COOKIE, token, path=path, secure=secure, httponly=True, samesite="strict")


def _named(token: str, user: str) -> str:
    return hashlib.sha256(f"{token}\0{user}".encode("utf-8", "replace")).hexdigest()
