"""A folder for what must not outlast the chat: swept by the next one where this one was killed."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

_PREFIX: Final = "peel-own-"
_UNFINISHED: Final = "peel-new-"


class Place:
    """A folder among the temporary ones that is this process's own; safe to share by threads.

    It is made when it is first asked for, and goes when it is closed or the process ends. What
    processes that were killed left is deleted at once.
    """

    def __init__(self) -> None:
        _sweep()
        self._lock = threading.Lock()
        self._end: weakref.finalize[..., Place] | None = None
        self._path = Path()

    def folder(self) -> Path:
        """A new folder in it."""
        with self._lock:
            if self._end is None:
                self._make()
        return Path(tempfile.mkdtemp(dir=self._path))

    def close(self) -> None:
        """Delete it with all that is in it."""
        with self._lock:
            if self._end is not None:
                self._end()

    def _make(self) -> None:
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED))
        held = (unfinished / "lock").open("w")
        fcntl.flock(held, fcntl.LOCK_EX)
        # It has the name that is swept only when its lock is held.
        self._path = unfinished.with_name(unfinished.name.replace(_UNFINISHED, _PREFIX, 1))
        unfinished.rename(self._path)
        self._end = weakref.finalize(self, _delete, self._path, held)


def _delete(path: Path, held: IO[str]) -> None:
    shutil.rmtree(path, ignore_errors=True)
    held.close()


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), (folder / "lock").open("a") as lock:  # gone if half deleted
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
