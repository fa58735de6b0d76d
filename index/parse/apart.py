"""Readers of formats that can be hostile, each in a process of its own with limits."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import ReportError
from index.parse.formats import Format
from index.parse.limits import ReaderLimits
from index.types import Document

_log = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parent.parent.parent
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "VIRTUAL_ENV", "SYSTEMROOT")
_NAMES: dict[Format, str] = {
    "pdf": "PDF",
    "html": "web page",
    "mhtml": "web archive",
    "docx": "Word document",
}
_MENDS = "save the report as text, or get the file anew from where it is published"


def read_apart(
    data: bytes,
    file_format: Format,
    *,
    name: str,
    document_id: str,
    title: str | None = None,
    metadata: dict[str, str] | None = None,
    limits: ReaderLimits | None = None,
) -> Document:
    """The document in these bytes, read by a child process.

    The child gets neither the parent's environment (keys are in it) nor its open files. Raises
    ReportError, naming the file, where the reader refuses it, fails, or is stopped by a limit.
    """
    limits = limits or ReaderLimits()
    job = {
        "format": file_format,
        "limits": asdict(limits),
        "document_id": document_id,
        "source": name,
        "title": title,
        "metadata": metadata or {},
    }
    what = _NAMES[file_format]
    return _document(_answer("reader", job, data, name, f"this {what}", limits), name, what)


def paint_apart(data: bytes, name: str, page: int, width: int, limits: ReaderLimits) -> bytes:
    """A page of a PDF as a PNG image, painted by a child process; the first page is 1.

    Raises ReportError, naming the file, where it cannot be painted within the limits.
    """
    job = {"limits": asdict(limits), "page": page, "width": width}
    return _answer("painter", job, data, name, f"page {page}", limits)


def _answer(
    module: str, job: dict[str, Any], data: bytes, name: str, what: str, limits: ReaderLimits
) -> bytes:
    """What a child process answers for these bytes; raises ReportError where it does not."""
    with tempfile.TemporaryFile(prefix="peel-") as answer:
        try:
            finished = subprocess.run(
                [sys.executable, "-m", f"index.parse.{module}"],
                input=json.dumps(job).encode() + b"\n" + data,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                timeout=limits.wait,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ReportError(_too_long(name, what, limits)) from error
        except OSError as error:
            raise ReportError(f"{name}: its {module} cannot be started: {error}") from error
        if finished.returncode:
            raise ReportError(_stopped(name, what, finished.returncode, limits))
        answer.seek(0)
        return answer.read(limits.output + 1)


def _document(said: bytes, name: str, what: str) -> Document:
    try:
        content = json.loads(said)
        if "refused" in content:
            raise ReportError(f"{name}: {content['refused']}")
        return Document.from_dict(content["document"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReportError(f"{name}: the {what} reader gave no document; {_MENDS}") from error


def _stopped(name: str, what: str, status: int, limits: ReaderLimits) -> str:
    """Why a reader ended without an answer."""
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return _too_long(name, what, limits)
    _log.info("the reader of %s ended with status %d", name, status)
    return (
        f"{name}: {what} cannot be read: its reader broke off, as with a damaged file or one "
        f"that needs more than {limits.memory >> 20:,} MiB of memory; {_MENDS}"
    )


def _too_long(name: str, what: str, limits: ReaderLimits) -> str:
    return f"{name}: {what} cannot be read: it took longer than {limits.seconds} seconds; {_MENDS}"


def _environment() -> dict[str, str]:
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    return {**kept, "PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0"}
