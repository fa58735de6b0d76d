"""Where a question's gold stands in the reports, in characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import Question
from index.errors import DatasetError
from index.types import Document

# A character of a report: the document's id and the offset into its text.
Characters = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Place:
    """A half-open range of characters of one report."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A passage of evidence and every place where it stands; there is at least one."""

    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Gold:
    """A question's evidence: its gold spans and the places that are right to cite.

    ``citable`` are the sentences, bullets, date lines and headings that a gold or an
    alternative span touches, at any of its places.
    """

    spans: tuple[GoldSpan, ...]
    citable: tuple[Place, ...]


def locate(question: Question, documents: Mapping[str, Document]) -> Gold:
    """A question's gold in the reports, found word for word.

    Where a span stands nowhere exactly, runs of white space are taken to be equal, since a
    line may break elsewhere in another copy of a report. Raises DatasetError where a span
    stands in none of the reports, or where the question names a report that is not there.
    """
    searched = _searched(question, documents)
    gold = tuple(_find(span, question, searched) for span in question.gold_spans)
    alternatives = tuple(_find(span, question, searched) for span in question.alt_spans)
    touched = {
        Place(place.document_id, unit.start, unit.end)
        for span in gold + alternatives
        for place in span.places
        for unit in documents[place.document_id].units
        if unit.start < place.end and place.start < unit.end
    }
    order = sorted(touched, key=lambda place: (place.document_id, place.start, place.end))
    return Gold(gold, tuple(order))


def characters(places: Iterable[Place], documents: Mapping[str, Document]) -> Characters:
    """The characters of some places, white space aside, each once.

    A place in a report that is not there counts with all its characters: whoever cites one
    has cited something, and it cannot be right.
    """
    return frozenset(
        (place.document_id, offset)
        for place in places
        for offset in _offsets(place, documents.get(place.document_id))
    )


def _offsets(place: Place, document: Document | None) -> Iterator[int]:
    for offset in range(max(place.start, 0), place.end):
        if document is None:
            yield offset
        elif offset >= len(document.text):
            return
        elif not document.text[offset].isspace():
            yield offset


def _searched(question: Question, documents: Mapping[str, Document]) -> tuple[Document, ...]:
    if not question.documents:
        return tuple(documents.values())
    found = []
    for name in question.documents:
        matches = [document for document in documents.values() if _is_named(document, name)]
        if not matches:
            raise DatasetError(
                f"{question.where or question.id}: the report {name!r} is not in the library, "
                f"which holds {', '.join(sorted(documents)) or 'none'}; "
                "add it with: peel index add FILE"
            )
        found += matches
    return tuple(found)


def _is_named(document: Document, name: str) -> bool:
    return name in {document.document_id, Path(document.source).name, Path(document.source).stem}


def _find(span: str, question: Question, documents: Iterable[Document]) -> GoldSpan:
    words = [re.escape(word) for word in span.split()]
    for pattern in (re.escape(span.strip()), r"\s+".join(words)):
        places = tuple(
            Place(document.document_id, *match.span())
            for document in documents
            for match in re.finditer(pattern, document.text)
        )
        if places:
            return GoldSpan(span, places)
    raise DatasetError(
        f"{question.where or question.id}: the span {span!r} stands in none of the reports; "
        "quote it word for word or add its report with: peel index add FILE"
    )
