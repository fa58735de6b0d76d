"""Lists of a report as things that can answer a question whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from index.types import Document, Unit
from rag.cite import flat

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class ListGroup:
    """The items of one list, in order, with the headings and lead-in that they stand under."""

    document: Document
    units: tuple[Unit, ...]

    def holds(self, document: Document, unit: Unit) -> bool:
        """Whether a unit of a document is of this very list."""
        return document is self.document and unit.list_id == self.units[0].list_id

    @property
    def label(self) -> str:
        """Headings and lead-in, on one line."""
        first = self.units[0]
        label = f"{self.document.sections[first.section].label}."
        return f"{label} {flat(self.document.quote(first.lead_in))}" if first.lead_in else label

    @property
    def text(self) -> str:
        """The list as it is read: label and items, on one line."""
        return " ".join([self.label, *(flat(self.document.quote(unit)) for unit in self.units)])

    @property
    def title(self) -> str:
        """The heading right above the list."""
        return self.document.sections[self.units[0].section].title


def lists_of(documents: Iterable[Document]) -> list[ListGroup]:
    """Every list of the documents, in order."""
    return [
        ListGroup(document, units)
        for document in documents
        for _, units in sorted(document.lists.items())
    ]


def namesakes(group: ListGroup, groups: Iterable[ListGroup]) -> list[ListGroup]:
    """The lists of the same report under a heading of the same words, the group's own included.

    Numbers, capitals and the plural make no difference: "2. Area for improvement" is another
    of "Areas for improvement".
    """
    return [
        other
        for other in groups
        if other.document.document_id == group.document.document_id
        and _name(other.title) == _name(group.title)
    ]


def _name(title: str) -> list[str]:
    return [word.removesuffix("s") for word in _WORD.findall(title.casefold())] or [title]
