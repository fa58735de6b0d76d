"""What every command shares: the library's option, its opening, and how text is printed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from index.library import Library

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library",
        help="The library's folder.",
        envvar="PEEL_LIBRARY",
        show_default="one in your home folder",
    ),
]


def open_library(path: Path | None) -> Library:
    """The library in a folder, or the default one; raises LibraryError where there is none."""
    from index.library import Library

    return Library.open(path)


def show(text: str) -> None:
    """Print text as it is; what a terminal's encoding lacks is shown as a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding))


def count(number: int, what: str) -> str:
    """A number with its noun: "1 report", "2 reports"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
