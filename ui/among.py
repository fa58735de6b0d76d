"""Which reports a question in the chat is asked of: those ticked, or those that are so and so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import QuestionError
from index.facts.grades import canonical
from index.types import Document
from rag.where import values_of

FILTERS: Final = {
    "kind": "Kind",
    "organisation": "Organisation",
    "year": "Year",
    "overall": "Judgement",
}
"""What reports are chosen by, and what it is called."""

_LONGEST = 300


class Among(BaseModel):
    """What a page wants its questions asked of: of its visitor's ``own`` reports or the library's.

    Where ``reports`` are ticked they are asked; else those for which all that is not empty holds,
    and whose title, organisation or file has every one of ``words``.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    own: bool = False
    kind: str = Field(default="", max_length=_LONGEST)
    organisation: str = Field(default="", max_length=_LONGEST)
    year: str = Field(default="", max_length=_LONGEST)
    overall: str = Field(default="", max_length=_LONGEST)
    words: str = Field(default="", max_length=_LONGEST)
    reports: list[str] = Field(default_factory=list, max_length=1000)

    @classmethod
    def read(cls, data: object) -> Among:
        """What a page sent; raises QuestionError on anything else."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise QuestionError(
                "this page wants it asked of something that the chat does not know; load it anew"
            ) from error

    @property
    def conditions(self) -> dict[str, str]:
        """The filters that are set, by name."""
        return {name: value for name in FILTERS if (value := str(getattr(self, name)))}


def listed(among: Among, documents: Mapping[str, Document]) -> tuple[Document, ...]:
    """The reports that the filters and words let through, in the library's order."""
    words = among.words.casefold().split()
    return tuple(
        document
        for document in documents.values()
        if all(value in _values(document, name) for name, value in among.conditions.items())
        and (not words or _has(document, words))
    )


def asked_of(among: Among, documents: Mapping[str, Document]) -> tuple[str, ...] | None:
    """The ids of the reports that are to be asked; None where that is all of them.

    Raises QuestionError where it is none.
    """
    ticked = tuple(name for name in among.reports if name in documents)
    if ticked:
        return None if len(ticked) == len(documents) else ticked
    if among.reports:
        raise QuestionError("the reports that you chose are not here any more; choose others")
    found = tuple(document.document_id for document in listed(among, documents))
    if not found:
        raise QuestionError("no report here is as you chose; choose others under Reports")
    return None if len(found) == len(documents) else found


def choices(documents: Iterable[Document]) -> dict[str, list[tuple[str, int]]]:
    """For each filter its values, as they are read, and how many reports have each."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FILTERS}
    for document in documents:
        for name, count in counts.items():
            count.update(_values(document, name))
    return {
        name: sorted(count.items(), key=lambda item: item[0], reverse=name == "year")
        for name, count in counts.items()
    }


def _values(document: Document, name: str) -> tuple[str, ...]:
    if name == "year":
        dates = values_of(document, "inspected") or values_of(document, "published")
        return tuple(dict.fromkeys(day[:4] for date in dates for day in date.split("/")))
    found = values_of(document, name)
    return tuple(dict.fromkeys(map(canonical, found))) if name == "overall" else found


def _has(document: Document, words: Iterable[str]) -> bool:
    names = (document.title, document.source, *values_of(document, "organisation"))
    text = " ".join(names).casefold()
    return all(word in text for word in words)
