"""Tables in Markdown that can also be read in a terminal."""

from __future__ import annotations

import io
from typing import Final

from rich.console import Console
from rich.table import Table

_WIDTH: Final = 120


def markdown(table: Table) -> str:
    """A table that was made with ``rich.box.MARKDOWN``, a line a row."""
    written = io.StringIO()
    Console(file=written, width=_WIDTH, color_system=None).print(table)
    return "\n".join(line.strip() for line in written.getvalue().splitlines() if line.strip())
