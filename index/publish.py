"""Versions of a folder's content, switched atomically: readers see the old or the new one.

``CURRENT`` names the live folder under ``versions`` and the SHA-256 of its manifest. A version
is written beside under a temporary name, synced to disk and renamed before ``CURRENT`` is
replaced; it never changes afterwards. Writers hold a lock, readers none.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from index.errors import LibraryBusyError, LibraryDamagedError, LibraryError
from index.manifest import MANIFEST_FILE, REBUILD

_CURRENT, _LOCK, _VERSIONS, _TEMPORARY = "CURRENT", "lock", "versions", ".tmp-"
_POINTER = re.compile(rb"(\d{6}) ([0-9a-f]{64})\n")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Live:
    """The live version: its folder and the hash that its manifest must have.

    The hash is None where no ``CURRENT`` is left and the newest whole version stands in.
    """

    folder: Path
    manifest_sha256: str | None


def live_version(root: Path) -> Live | None:
    """The version that readers read, None where nothing was published yet.

    Raises LibraryDamagedError where ``CURRENT`` is not as written, LibraryError where it
    cannot be read.
    """
    try:
        pointer = (root / _CURRENT).read_bytes()
    except FileNotFoundError:
        # Its first writer was killed before the switch, or someone deleted CURRENT.
        return newest_version(root)
    except (OSError, ValueError) as error:
        raise LibraryError(f"the library {root} cannot be read: {error}") from error
    match = _POINTER.fullmatch(pointer)
    if match is None:
        raise LibraryDamagedError(f"{root / _CURRENT} is damaged; {REBUILD}")
    return Live(root / _VERSIONS / match[1].decode(), match[2].decode())


def newest_version(root: Path) -> Live | None:
    """The version with the highest number, live or not; versions are whole when they are named."""
    names = _version_names(root)
    return Live(root / _VERSIONS / names[-1], None) if names else None


def read_live(root: Path, read: Callable[[Live], T]) -> T:
    """What ``read`` makes of the live version, begun anew where a writer removed it meanwhile.

    Raises LibraryError where there is no library or it cannot be read, and LibraryDamagedError
    where a file is missing.
    """
    while True:
        live = live_version(root)
        if live is None:
            raise LibraryError(f"there is no library in {root}; mend: peel index add REPORT")
        try:
            return read(live)
        except FileNotFoundError as error:
            if live_version(root) == live:
                raise LibraryDamagedError(f"{error.filename} is missing; {REBUILD}") from error
        except OSError as error:
            raise LibraryError(f"the library {root} cannot be read: {error}") from error


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Hold the writer's lock, which ends with the process; ``root`` is made if need be.

    Raises LibraryBusyError at once where another writer holds it, and LibraryError for any
    OSError inside, such as a full disk.
    """
    try:
        with _open_lock(root) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LibraryBusyError(
                    f"another process is writing to the library {root}; "
                    "try again when it has finished"
                ) from error
            yield
    except OSError as error:
        raise LibraryError(
            f"the library {root} cannot be written: {error}; it is as it was last saved. "
            "Mend the cause, or name another folder with PEEL_LIBRARY"
        ) from error


def publish(root: Path, fill: Callable[[Path], None]) -> Live:
    """Make what ``fill`` writes into an empty folder, its manifest included, the live version.

    To be called by the holder of the lock. The version before stays for readers that have
    begun with it; older ones and what killed writers left are removed.
    """
    versions = root / _VERSIONS
    versions.mkdir(exist_ok=True)
    try:
        before = live_version(root)
    except LibraryDamagedError:
        before = newest_version(root)
    _remove_others(versions, before)
    number = int(before.folder.name) + 1 if before else 1
    folder, temporary = versions / f"{number:06}", versions / f"{_TEMPORARY}{number:06}"
    temporary.mkdir()
    pointer = root / f"{_TEMPORARY}{_CURRENT}"
    try:
        fill(temporary)
        digest = hashlib.sha256((temporary / MANIFEST_FILE).read_bytes()).hexdigest()
        _sync_tree(temporary)
        pointer.write_text(f"{folder.name} {digest}\n", encoding="ascii")
        _sync(pointer)
        temporary.rename(folder)
        _sync(versions)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    pointer.replace(root / _CURRENT)
    _sync(root)
    live = Live(folder, digest)
    _remove_others(versions, before, live)
    return live


def drop_earlier(root: Path) -> None:
    """Remove what is left of versions before the live one; to be called by the holder of the lock.

    Readers that have just begun with the one before begin anew.
    """
    _remove_others(root / _VERSIONS, live_version(root))


def _open_lock(root: Path) -> BinaryIO:
    try:
        root.mkdir(parents=True, exist_ok=True)
        return (root / _LOCK).open("ab")
    except ValueError as error:
        raise LibraryError(f"{str(root)!r} cannot be a folder's name: {error}") from error


def _version_names(root: Path) -> list[str]:
    try:
        names = os.listdir(root / _VERSIONS)
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise LibraryError(f"the library {root} cannot be read: {error}") from error
    return sorted(name for name in names if re.fullmatch(r"\d{6}", name))


def _remove_others(versions: Path, *keep: Live | None) -> None:
    kept = {live.folder for live in keep if live is not None}
    for path in versions.iterdir():
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            _sync(Path(place, name))
        _sync(Path(place))


def _sync(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
