"""What the pipeline knows of a set of reports: abbreviations and words, made once a report."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from index.types import Document
from rag.answerable import vocabulary
from rag.glossary import Abbreviation, abbreviations

_KEPT = 32


class Scope:
    """The reports that a question is asked of."""

    def __init__(self, documents: tuple[Document, ...], scopes: Scopes) -> None:
        self.documents = documents
        self.ids = frozenset(document.document_id for document in documents)
        self._scopes = scopes

    @cached_property
    def glossary(self) -> dict[str, Abbreviation]:
        """The abbreviations that the reports spell out; the first definition counts."""
        found: dict[str, Abbreviation] = {}
        for document in self.documents:
            for short, entry in self._scopes.abbreviations(document.document_id).items():
                found.setdefault(short, entry)
        return found

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of the reports, see ``rag.answerable.vocabulary``."""
        words = (self._scopes.vocabulary(document.document_id) for document in self.documents)
        return frozenset().union(*words)


class Scopes:
    """The scopes of a library; safe to share by threads, the last ones are kept."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents

        @lru_cache(len(documents) + 1)
        def short_forms(name: str) -> dict[str, Abbreviation]:
            return abbreviations(documents[name])

        @lru_cache(len(documents) + 1)
        def words(name: str) -> frozenset[str]:
            return vocabulary([documents[name]])

        @lru_cache(_KEPT)
        def scope(names: tuple[str, ...]) -> Scope:
            return Scope(tuple(documents[name] for name in names), self)

        self.abbreviations, self.vocabulary = short_forms, words
        self._scope = scope
        self.all = Scope(tuple(documents.values()), self)

    def of(self, names: tuple[str, ...] | None) -> Scope:
        """The scope of these reports, of all where None."""
        return self.all if names is None else self._scope(names)
