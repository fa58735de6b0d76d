"""Files of question sets and runs: strict JSON in, whole files or none out."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from index.errors import DatasetError


def read_text(path: Path) -> str:
    """A file's text, which must be UTF-8 (with or without a byte order mark).

    Raises DatasetError where the file cannot be read or is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be read ({error.strerror}); check the name and the permissions"
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DatasetError(
            f"{path}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8; "
            "save the file as UTF-8"
        ) from error


def read_json(text: str, where: str) -> Any:
    """What a JSON text says, refusing what JSON readers differ on.

    Not allowed: NaN and infinities, a name that stands twice in an object, nesting too deep
    to be read. Raises DatasetError that begins with ``where``.
    """
    try:
        return json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DatasetError(
            f"{where}: this is not JSON ({error.msg}, column {error.colno}); mend the line or "
            "write the file with a program"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where}: {error}; mend the line") from error


def write_text(path: Path, text: str) -> None:
    """Replace a file with ``text`` in one step; a crash leaves the old file or the new one.

    A lone surrogate, which UTF-8 cannot hold, is written as its JSON escape. Raises
    DatasetError where the folder or the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.write(text.encode("utf-8", errors="backslashreplace"))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be written ({error.strerror}); choose another folder"
        ) from error


def remove(path: Path) -> None:
    """Remove a file where there is one; raises DatasetError where it cannot be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be removed ({error.strerror}); choose another folder"
        ) from error


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twin!r} stands twice in one object")
    return data


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
