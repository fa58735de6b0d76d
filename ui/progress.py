"""What the ``peel`` command shows on the error stream while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from index.library import Progress as LibraryProgress

Tell = Callable[[str, int, int], None]
"""Takes what is being done, and how many of how many are done."""

err = Console(stderr=True)


def say(message: str, style: str | None = None) -> None:
    """Print a line as it is: what looks like markup in it stays as it stands."""
    err.print(message, style=style, markup=False, highlight=False, soft_wrap=True)


def bar() -> Progress:
    """A bar that disappears when it is done, shown to people only."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        speed_estimate_period=600,  # a report may take half a minute where much else is done
        disable=not err.is_terminal,
    )


@contextmanager
def stages() -> Iterator[Tell]:
    """A bar for each thing that is being done, shown only while there is some."""
    with bar() as shown:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=total)
            shown.update(tasks[what], completed=done, total=total)

        yield tell


def library_stages(tell: Tell) -> Callable[[LibraryProgress], None]:
    """What tells of work on a library in the same bars."""
    return lambda progress: tell(progress.stage, progress.done, progress.total)
