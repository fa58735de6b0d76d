"""Questions to begin with, made from the reports' own structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from index.types import Document

_COUNT = 6


def examples(documents: Sequence[Document]) -> tuple[str, ...]:
    """At most six questions: what the headings ask, and one on the lists under equal headings."""
    found = dict.fromkeys(
        question for document in documents for question in _questions(document)
    )
    return tuple(islice(found, _COUNT))


def _questions(document: Document) -> Iterator[str]:
    for title in _repeated(document):
        yield f"What are the {title[0].lower()}{title[1:]}?"
    for section in document.sections:
        if section.title.endswith("?"):
            yield section.title
    for abbreviation in _short_forms(document):
        yield f"What does {abbreviation} stand for?"


def _repeated(document: Document) -> list[str]:
    titles = [section.title for section in document.sections]
    return [title for title in dict.fromkeys(titles) if titles.count(title) > 1]


def _short_forms(document: Document) -> list[str]:
    from rag.glossary import abbreviations

    return list(abbreviations(document))
