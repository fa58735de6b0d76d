"""Files kept beside the versions of a library, named by what they are of and by their SHA-256.

A name is the key that it is looked up by, a dot, the SHA-256 of the content, and a suffix. A file
is written beside and then renamed: it is whole, or it is not there. None ever changes.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from index.errors import LibraryDamagedError

_NAME = re.compile(r"[a-z0-9.-]+\.[0-9a-f]{64}\.[a-z]+")
_TEMPORARY = ".tmp-"


def made_folder(root: Path) -> Path:
    """Where a library keeps what is made of its reports' texts.

    Each key begins with the SHA-256 of the text, and goes when no report has that text.
    """
    return root / "cache" / "texts"


def keep(folder: Path, key: str, data: bytes, suffix: str) -> Path:
    """Keep content under a key of small letters, digits, ``-`` and ``.``; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key}.{hashlib.sha256(data).hexdigest()}{suffix}"
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_TEMPORARY, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(file.name)
            raise
    return path


def find(folder: Path, wanted: Callable[[str], bool]) -> Path | None:
    """The first file whose key is wanted, unread; None where there is none."""
    return next(_files(folder, wanted), None)


def read(path: Path) -> bytes:
    """The content of a kept file; raises LibraryDamagedError where it is not what its name says."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != path.name.split(".")[-2]:
        raise LibraryDamagedError(f"{path} was changed since it was written; mend: delete it")
    return data


def drop(folder: Path, unwanted: Callable[[str], bool]) -> None:
    """Delete the files whose keys are unwanted, and what killed writers left."""
    for path in _files(folder, unwanted):
        path.unlink(missing_ok=True)
    for path in folder.glob(f"{_TEMPORARY}*") if folder.is_dir() else ():
        path.unlink(missing_ok=True)


def faults(folder: Path) -> Iterator[str]:
    """Every kept file that is not what its name says, a line each."""
    for path in _files(folder, lambda _: True):
        try:
            read(path)
        except (LibraryDamagedError, OSError) as error:
            yield str(error)


def _files(folder: Path, wanted: Callable[[str], bool]) -> Iterator[Path]:
    """The kept files whose keys are wanted, in the order of their names."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    # The key first: a library of hundreds is asked for a few at a time.
    found = (name for name in names if wanted(name.rsplit(".", 2)[0]))
    yield from (folder / name for name in sorted(found) if _NAME.fullmatch(name))
