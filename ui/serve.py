"""Where and to whom the chat is served, and the layers of the server that keep it so."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import PeelError
from ui.origin import OwnPagesOnly
from ui.own import UploadLimits

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.generate import Writer
    from ui.users import Users

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Serving:
    """How the chat is served.

    ``root_path`` is where a proxy has put it, as a path (``/peel``) or as a whole address
    (``https://reports.example.org/peel``). ``waiting`` questions may wait while ``at_once`` are
    answered. ``writer`` is the language model that may write answers. Within the limits of
    ``uploads`` people may ask reports of their own, which nobody else sees; with
    ``allow_changes`` they may add reports to the library, and correct and remove them. Raises
    PeelError for what cannot be served, such as a public address without ``users`` and without
    ``allow_anonymous``.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    root_path: str = ""
    users: Users | None = None
    allow_anonymous: bool = False
    mcp: bool = False
    waiting: int = 64
    at_once: int = 4
    writer: Writer | None = None
    uploads: UploadLimits = field(default_factory=UploadLimits)
    allow_changes: bool = False

    def __post_init__(self) -> None:
        if not self.is_local and self.users is None and not self.allow_anonymous:
            raise PeelError(
                f"{self.host} can be reached from other computers; say who may log in with "
                "--auth-file FILE (make it with: peel user add NAME --auth-file FILE), or let "
                "everyone in with --allow-anonymous"
            )
        is_path = self.root_path.startswith("/") and not self.root_path.startswith("//")
        is_whole = self._public.scheme in ("http", "https") and bool(self._public.hostname)
        odd = set(self.root_path) & set("?#\\\"'<> \t\r\n")
        if self.root_path and (odd or not (is_path or is_whole)):
            raise PeelError(
                f"the root path is {self.root_path!r}; give a path such as /peel, or the whole "
                "address that people open, such as https://reports.example.org/peel"
            )

    @property
    def takes_reports(self) -> bool:
        """Whether reports can be added in the chat, to be asked by their owner or by all."""
        return self.allow_changes or self.uploads.visitors > 0

    @property
    def is_local(self) -> bool:
        """Whether only this computer can reach the address that is listened on."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def prefix(self) -> str:
        """The path before the chat's own paths, without a slash at its end; mostly empty."""
        return self._public.path.rstrip("/")

    @property
    def log_out(self) -> str:
        """Where people log out; empty where nobody logs in."""
        return f"{self.prefix}/logout" if self.users is not None else ""

    @property
    def is_https(self) -> bool:
        """Whether people are known to come by HTTPS."""
        return self._public.scheme == "https"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that requests may name; empty where any may be."""
        if not self.is_local:
            return ()
        public = self._public.hostname
        return (*_LOOPBACK, public) if public else _LOOPBACK

    @property
    def _public(self) -> SplitResult:
        try:
            return urlsplit(self.root_path)
        except ValueError:
            return urlsplit("")


def protect(server: FastAPI, serving: Serving) -> None:
    """Put the layers before a server, outermost last: log-in, own pages, own names, prefix.

    On a loopback host, requests that name another host are refused, so that no web page can
    reach the chat through a name of its own.
    """
    if serving.users is not None:
        from ui.login import LoginGate

        server.add_middleware(
            LoginGate, users=serving.users, prefix=serving.prefix, secure=serving.is_https
        )
    server.add_middleware(OwnPagesOnly)
    if serving.hosts:
        server.add_middleware(TrustedHostMiddleware, allowed_hosts=list(serving.hosts))
    if serving.prefix:
        server.add_middleware(_Prefixed, prefix=serving.prefix)


class _Prefixed:
    """Takes the prefix off, where a proxy has left it on."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == self._prefix or path.startswith(f"{self._prefix}/"):
            scope = {**scope, "path": path[len(self._prefix) :] or "/"}
            scope.pop("raw_path", None)
        await self._app(scope, receive, send)
