"""Whether a request was made by a page of another web site."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_READING = ("GET", "HEAD", "OPTIONS")


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that another site's page made the request; programs say nothing.

    ``Sec-Fetch-Site`` is believed first: a proxy may rewrite the host that ``Origin`` names.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != headers.get("Host")
    except ValueError:
        return True


class OwnPagesOnly:
    """ASGI middleware that refuses what pages of other sites send; what they read has no CORS."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_change = scope["type"] == "http" and scope["method"] not in _READING
        if is_change and is_foreign(Headers(scope=scope)):
            refused = JSONResponse({"detail": "another web site may not use this"}, 403)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)
