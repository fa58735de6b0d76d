"""What several commands of ``peel`` share: the library's option, opening it, printing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.progress import library_stages, stages

if TYPE_CHECKING:
    from index.library import Library
    from index.library import Progress as LibraryProgress
    from rag.pipeline import ReportQA

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library",
        help="The library's folder.",
        envvar="PEEL_LIBRARY",
        show_default="one in your home folder",
    ),
]


def pipeline(path: Path | None) -> ReportQA:
    """A pipeline over the library, which is built where there is none."""
    from rag.pipeline import ReportQA

    with stages() as tell:
        return ReportQA(build_library(path, library_stages(tell)))


def build_library(path: Path | None, on_progress: Callable[[LibraryProgress], None]) -> Library:
    """The library, built with the bundled report where there is none."""
    from rag.tokens import open_or_build

    return open_or_build(path, on_progress)


def open_library(path: Path | None) -> Library:
    """The library; raises LibraryError where there is none."""
    from index.library import Library

    return Library.open(path)


def echo(text: str) -> None:
    """Print text as it is; what a terminal's encoding lacks is shown as a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding))


def count(number: int, what: str) -> str:
    """The number with its noun: "1 citation", "2,000 citations"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
