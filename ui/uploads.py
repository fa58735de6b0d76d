"""Reports that people upload: ``POST /reports`` takes one file and tells how far it has come.

The body is the file. ``name`` is its name, ``to`` is ``own`` or, where the chat allows it,
``library``. The answer is a line of JSON for every step: ``stage``, ``done`` and ``total``;
then the ``report``'s id and whether it is ``new``, or an ``error``. The file lies in a folder of
its own until it is read; nothing serves it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from index.errors import PeelError
from ui.visitors import recognise, remember

if TYPE_CHECKING:
    from fastapi import FastAPI

    from index.library import Progress
    from ui.desks import Desks

PATH: Final = "/reports"

_UNLIMITED: Final = 2**40
_WAITING: Final = 100
_NAME_BYTES: Final = 150
_BUSY: Final = "Too many reports are waiting to be read at this moment. Please try again later."
_FAULT: Final = "Something went wrong here, and the fault was noted."

logger = logging.getLogger(__name__)


def add_uploads(server: FastAPI, desks: Desks, prefix: str, *, secure: bool) -> None:
    """Let a server take reports; to be called before anything is mounted at ``/``.

    ``prefix`` is where a proxy has put the chat; ``secure`` keeps the visitor's cookie to HTTPS.
    """
    limit = desks.own.limits.file_bytes
    uploads = _Uploads(desks)

    @server.post(PATH, max_body_size=_UNLIMITED)  # the limit is kept here, and said in words
    async def upload(request: Request) -> Response:
        name = safe_name(request.query_params.get("name", ""))
        to = request.query_params.get("to", "own")
        if to not in ("own", "library"):
            return JSONResponse({"error": f"'to' is {to!r}; send own or library"}, 422)
        too_large = JSONResponse(
            {"error": f"{name} has more than {limit // 2**20} MB, which is too much here"}, 413
        )
        if int(request.headers.get("Content-Length", "0")) > limit:
            return too_large
        if uploads.waiting >= _WAITING:
            return JSONResponse({"error": _BUSY}, 503)
        file, is_whole = desks.own.place.folder() / name, False
        try:
            is_whole = await _received(request, file, limit)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            if not is_whole:
                shutil.rmtree(file.parent)
        if not is_whole:
            return too_large
        visitor, token = recognise(request)
        response = StreamingResponse(
            uploads.told(visitor, file, to_all=to == "library"),
            media_type="application/x-ndjson",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        if token:
            is_https = secure or request.url.scheme == "https"
            remember(response, token, path=prefix or "/", secure=is_https)
        return response


def safe_name(name: str) -> str:
    """A file's name that is one on any system: no folders, no control characters, not too long."""
    plain = re.split(r"[/\\]", name)[-1]
    plain = "".join(letter for letter in plain if letter.isprintable() and letter not in '<>:"|?*')
    stem, suffix = os.path.splitext(plain.strip(" ."))
    kept = stem.encode("utf-8", "ignore")[: _NAME_BYTES - len(suffix.encode("utf-8", "ignore"))]
    return f"{kept.decode('utf-8', 'ignore').strip() or 'report'}{suffix[:20]}"


class _Uploads:
    """Reads the reports one after another, whoever they are from."""

    def __init__(self, desks: Desks) -> None:
        self.waiting = 0
        self._desks = desks
        self._pool = ThreadPoolExecutor(1, "reading")

    def told(self, visitor: str, file: Path, *, to_all: bool) -> AsyncIterator[bytes]:
        """What is done with a file, a line each; it is done to its end though nobody listens.

        The file and its folder, which holds nothing else, are deleted then.
        """
        loop, news = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any] | None]()

        def tell(said: dict[str, Any] | None) -> None:
            loop.call_soon_threadsafe(news.put_nowait, said)

        before, self.waiting = self.waiting, self.waiting + 1
        work = self._pool.submit(self._read, visitor, file, to_all=to_all, tell=tell)
        work.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        return _lines(before, news)

    def _done(self) -> None:
        self.waiting -= 1

    def _read(
        self,
        visitor: str,
        file: Path,
        *,
        to_all: bool,
        tell: Callable[[dict[str, Any] | None], None],
    ) -> None:
        def on_progress(progress: Progress) -> None:
            tell(asdict(progress))

        try:
            try:
                report, is_new = self._desks.add(visitor, file, on_progress, to_all=to_all)
            finally:
                shutil.rmtree(file.parent)
            tell({"report": report, "new": is_new})
        except PeelError as error:
            tell({"error": str(error)})
        except Exception:
            logger.exception("an uploaded report could not be added")
            tell({"error": _FAULT})
        finally:
            tell(None)


async def _received(request: Request, file: Path, limit: int) -> bool:
    """Writes the body to a file; False, and no more is read, where it has more bytes."""
    size = 0
    with file.open("wb") as written:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                return False
            written.write(part)
    return True


async def _lines(before: int, news: asyncio.Queue[dict[str, Any] | None]) -> AsyncIterator[bytes]:
    yield _line({"stage": "waiting", "done": 0, "total": before})
    while (said := await news.get()) is not None:
        yield _line(said)


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode() + b"\n"
