"""A report cut into the parts that a language model is shown one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from index.types import Document, Span, Unit
from rag.cite import flat
from rag.config import EnrichConfig

_NAME_WORDS = 6


@dataclass(frozen=True)
class Window:
    """Some consecutive units of a report, which a language model knows as 1, 2, 3 and so on."""

    document: Document
    units: tuple[Unit, ...]

    @property
    def name(self) -> str:
        """The sections that it is of and its first words, as people find it in the report."""
        sections = dict.fromkeys(unit.section for unit in self.units)
        titles = ", ".join(f"“{self.document.sections[section].title}”" for section in sections)
        words = self.document.quote(self.units[0]).split()[:_NAME_WORDS]
        name = f"{titles} from “{' '.join(words)}”"
        return "".join(character if character.isprintable() else " " for character in name)

    def lines(self, unit_characters: int) -> str:
        """Report title, headings, lead-ins and numbered units, each a line of JSON.

        JSON keeps the report's words inside their quotes, whatever they are.
        """
        rows: list[dict[str, object]] = [{"report": flat(self.document.title)}]
        section, lead_in = None, None
        for number, unit in enumerate(self.units, start=1):
            if unit.section != section:
                rows.append({"heading": flat(self.document.sections[unit.section].label)})
            if unit.lead_in is not None and unit.lead_in != lead_in:
                rows.append({"lead_in": flat(self.document.quote(unit.lead_in))[:unit_characters]})
            section, lead_in = unit.section, unit.lead_in
            rows.append({"unit": number, "text": flat(self.document.quote(unit))[:unit_characters]})
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def windows(document: Document, config: EnrichConfig) -> tuple[Window, ...]:
    """All sentences and bullets of a report, in order, each in one window.

    Headings and lead-ins are no units of their own: they answer nothing alone. Short sections
    share a window, and long ones are cut, but not within a list that is not too long itself.
    """
    found: list[Window] = []
    taken: list[Unit] = []

    def close_unless_fits(units: list[Unit]) -> None:
        if taken and not _fits([*taken, *units], config):
            found.append(Window(document, tuple(taken)))
            taken.clear()

    for section in _sections(document):
        close_unless_fits(section)
        for run in _runs(section, config):
            close_unless_fits(run)
            taken += run
    if taken:
        found.append(Window(document, tuple(taken)))
    return tuple(found)


def _sections(document: Document) -> Iterator[list[Unit]]:
    lead_ins = {unit.lead_in for unit in document.units}
    asked = (
        unit
        for unit in document.units
        if unit.kind != "heading" and Span(unit.start, unit.end) not in lead_ins
    )
    for _, units in groupby(asked, key=lambda unit: unit.section):
        yield list(units)


def _runs(units: list[Unit], config: EnrichConfig) -> Iterator[list[Unit]]:
    """What stays together: the items of a list of at most twice a window's size, else each unit."""
    for list_id, group in groupby(units, key=lambda unit: unit.list_id):
        run = list(group)
        if list_id is not None and _fits(run, config, times=2):
            yield run
        else:
            yield from ([unit] for unit in run)


def _fits(units: list[Unit], config: EnrichConfig, times: int = 1) -> bool:
    lengths = (min(unit.end - unit.start, config.unit_characters) for unit in units)
    return (
        len(units) <= times * config.window_units
        and sum(lengths) <= times * config.window_characters
    )
