"""The people who may use a served chat: a JSON file of names and salted password hashes.

Hashes are by scrypt (RFC 7914), each with its own salt and its parameters beside it. The file is
read and written by its owner alone.
"""

from __future__ import annotations

import base64
import fcntl
import json
import logging
import os
import secrets
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from index.errors import AccountError
from ui.passwords import (
    HASH_BYTES,
    NAME,
    SALT_BYTES,
    PasswordHash,
    check_name,
    check_password,
)

_FORMAT: Final = 1
_MOST_MEMORY, _MOST_RUNS = 2**20, 16  # 128 MiB

logger = logging.getLogger(__name__)


class Users:
    """The users of a file, read anew whenever it changes; safe to share by threads.

    A file that is damaged or that others can read while the chat is served lets nobody in.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] = ()
        self._users: Mapping[str, PasswordHash] = {}
        self._nobody = PasswordHash.of(secrets.token_hex())

    @classmethod
    def open(cls, path: Path) -> Users:
        """The users of a file; raises AccountError where it cannot be used or holds none."""
        users = cls(path)
        if not read_users(path):
            raise AccountError(
                f"{path} holds no users; add one with: peel user add NAME --auth-file {path}"
            )
        return users

    def __contains__(self, name: str) -> bool:
        return name in self._current()

    def check(self, name: str, password: str) -> bool:
        """Whether this is the user's password; as slow where there is no such user."""
        found = self._current().get(name)
        matches = (found or self._nobody).matches(password)
        return matches and found is not None

    def stamp(self, name: str) -> str:
        """What changes with the user's password; empty where there is no such user."""
        found = self._current().get(name)
        return found.hash if found else ""

    def _current(self) -> Mapping[str, PasswordHash]:
        with self._lock:
            stamp = _stamp(self.path)
            if stamp != self._stamp or not stamp:
                self._stamp = stamp
                try:
                    self._users = read_users(self.path)
                except AccountError as error:
                    self._users = {}
                    logger.error("nobody can log in: %s", error)
            return self._users


def read_users(path: Path) -> dict[str, PasswordHash]:
    """The users of a file by name.

    Raises AccountError where it cannot be read, is not as written, or where anyone but its
    owner may read or write it.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read()
    except OSError as error:
        raise AccountError(
            f"{path} cannot be read ({error.strerror}); make it with: "
            f"peel user add NAME --auth-file {path}"
        ) from error
    if mode & 0o077:
        raise AccountError(
            f"{path} has the mode {mode:04o}, so that others may read the password hashes; "
            f"mend it with: chmod 600 {path}"
        )
    try:
        return _parsed(json.loads(data))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise AccountError(
            f"{path} is not a file of users ({type(error).__name__}: {error}); make another one "
            "with: peel user add NAME --auth-file FILE"
        ) from error


def add_user(path: Path, name: str, password: str) -> bool:
    """Add a user, or give one another password; whether the name is new.

    Makes the file where there is none. Raises AccountError for a name or a password that
    cannot be used, and where the file cannot be read or written.
    """
    check_name(name)
    check_password(name, password)
    hashed = PasswordHash.of(password)
    with _changing(path):
        users = read_users(path) if path.exists() else {}
        is_new = name not in users
        _save(path, {**users, name: hashed})
    return is_new


def remove_user(path: Path, name: str) -> None:
    """Remove a user; raises AccountError where there is no such user or file."""
    with _changing(path):
        users = read_users(path)
        if name not in users:
            raise AccountError(
                f"there is no user {name!r} in {path}; the users are: {', '.join(users) or 'none'}"
            )
        del users[name]
        _save(path, users)


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes whenever a file does; empty where there is none."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return (state.st_ino, state.st_mtime_ns, state.st_size, state.st_mode)


def _parsed(data: Any) -> dict[str, PasswordHash]:
    if not isinstance(data, dict) or data.get("users_format") != _FORMAT:
        raise ValueError(f"'users_format' is not {_FORMAT}")
    users = {}
    for name, fields in data["users"].items():
        check = PasswordHash(**fields)
        numbers = (check.n, check.r, check.p)
        sizes = [len(base64.b64decode(text, validate=True)) for text in (check.salt, check.hash)]
        is_sound = (
            NAME.fullmatch(name)
            and all(type(number) is int and number > 0 for number in numbers)
            and check.n >= 2**14
            and not check.n & (check.n - 1)
            and check.n * check.r <= _MOST_MEMORY
            and check.p <= _MOST_RUNS
            and sizes[0] >= SALT_BYTES
            and sizes[1] == HASH_BYTES
        )
        if not is_sound:
            raise ValueError(f"the entry of {name!r} is not sound")
        users[name] = check
    return users


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Hold the lock beside a file, so that two writers lose nothing of each other."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
    except OSError as error:
        raise AccountError(
            f"{path} cannot be written ({error.strerror}); choose another file"
        ) from error


def _save(path: Path, users: Mapping[str, PasswordHash]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    data = {
        "users_format": _FORMAT,
        "users": {name: asdict(user) for name, user in sorted(users.items())},
    }
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(file, "w", encoding="utf-8") as opened:
            opened.write(json.dumps(data, indent=1) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
