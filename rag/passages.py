"""The evidence that a language model is shown: numbered passages, best first, within a budget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.types import Document, Unit
from rag.cite import flat
from rag.read import Evidence
from rag.support import Ground
from rag.types import Answer

_CHARACTERS_A_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph or a whole list of a report; ``grounds`` are its sentences and bullets."""

    number: int
    document: Document
    grounds: tuple[Ground, ...]
    page: int | None

    def line(self) -> str:
        """The passage as a line of JSON: nothing in a report can end it or begin another."""
        first = self.grounds[0]
        row: dict[str, object] = {
            "passage": self.number,
            "report": self.document.title,
            "section": first.section,
        }
        if self.page is not None:
            row["page"] = self.page
        if first.lead_in:
            row["lead_in"] = flat(first.lead_in)
        words = [flat(ground.quote) for ground in self.grounds]
        row["text"] = words if first.lead_in or len(words) > 1 else words[0]
        return json.dumps(row, ensure_ascii=False)


def passages_for(
    own: Answer,
    evidence: Sequence[Evidence],
    documents: Mapping[str, Document],
    tokens: int,
    most: int,
) -> tuple[Passage, ...]:
    """At most so many passages within so many tokens, those of the report's own answer first.

    A token is taken for three characters, which is short for most models. There is always one
    passage, cut to sentences where it is too long.
    """
    left = tokens * _CHARACTERS_A_TOKEN
    found: list[Passage] = []
    for document, units in _groups(own, evidence, documents):
        passage = _passage(len(found) + 1, document, units)
        while len(passage.line()) > left and not found and len(units) > 1:
            units = units[:-1]
            passage = _passage(1, document, units)
        if found and len(passage.line()) > left:
            continue
        found.append(passage)
        left -= len(passage.line())
        if len(found) == most:
            break
    return tuple(found)


def _passage(number: int, document: Document, units: Sequence[Unit]) -> Passage:
    grounds = tuple(Ground.of_unit(document, unit) for unit in units)
    return Passage(number, document, grounds, units[0].page)


def _groups(
    own: Answer, evidence: Sequence[Evidence], documents: Mapping[str, Document]
) -> Iterator[tuple[Document, list[Unit]]]:
    """Each paragraph or list once, in the order in which it matters."""
    seen: set[tuple[str, str, int]] = set()
    for document, unit in _units(own, evidence, documents):
        name = "list" if unit.list_id is not None else "block"
        number = unit.list_id if unit.list_id is not None else unit.block
        key = (document.document_id, name, number)
        if key in seen:
            continue
        seen.add(key)
        inside = [
            other
            for other in document.units
            if (other.list_id if unit.list_id is not None else other.block) == number
            and (other.list_id is None) == (unit.list_id is None)
        ]
        yield document, inside


def _units(
    own: Answer, evidence: Sequence[Evidence], documents: Mapping[str, Document]
) -> Iterator[tuple[Document, Unit]]:
    for citation in own.citations:
        document = documents[citation.document]
        for unit in document.units:
            if unit.start <= citation.start < unit.end:
                yield document, unit
    for item in evidence:
        yield item.document, item.unit
