"""Tables for spreadsheets (CSV), of which nothing runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from rag.show import sound

# A spreadsheet takes what begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'")

Cell = str | int | float | None


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table by RFC 4180 with a heading line.

    A cell that a spreadsheet could take for a formula, or that begins with an apostrophe, gets
    an apostrophe before it; to have the words back, take one away from each cell that has one.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_inert(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def _inert(cell: str) -> str:
    text = sound(cell)
    is_risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if is_risky else text
