"""A question over a library of reports to an answer: retrieve, read, compose, cite."""

from __future__ import annotations

import hashlib
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from llama_index.core.schema import NodeWithScore, QueryBundle

from index.errors import QuestionError
from index.library import Library
from rag.answerable import Answerability, missing_words, signals, vocabulary
from rag.cite import answer_text, source_of
from rag.compose import lines, nearest, not_said, select, select_items, sources_of
from rag.config import Limits, RagConfig
from rag.converse import stand_alone
from rag.encoder import READER, ReadingEncoder, load_reader
from rag.glossary import Abbreviation, abbreviations, asked_abbreviation, expand
from rag.intent import ListIntent
from rag.questions import Match, QuestionIndex
from rag.read import Evidence, EvidenceReader
from rag.retrieve import BM25Index, HybridRetriever
from rag.suggest import examples
from rag.types import Answer, Citation, Nearest, Part


@dataclass(frozen=True, slots=True)
class Step:
    """What is being done for a question, said while it is being done."""

    message: str


@dataclass(frozen=True)
class Reading:
    """What is read for a question before it is answered.

    ``query`` is the question that was searched for, completed from its history and with
    abbreviations spelled out; ``evidence`` is every unit read, best first.
    """

    query: str
    evidence: tuple[Evidence, ...]
    limits: Limits


class ReportQA:
    """Answers questions over one library; made once, used for many questions and threads.

    It keeps to the version of the library that is live when it is made; make another one
    after reports were added or removed.
    """

    def __init__(
        self,
        library: Library,
        config: RagConfig | None = None,
        reader: ReadingEncoder | None = None,
    ) -> None:
        """``reader`` is loaded on first use where none is given; pipelines may share one."""
        self.library = library
        self.config = config or RagConfig()
        self._given_reader = reader
        self._documents = library.documents
        self._store = library.store
        parts = (library.fingerprint, self.config.fingerprint(), READER)
        self._fingerprint = hashlib.sha256("".join(parts).encode()).hexdigest()

    @classmethod
    def open(cls, library: Library | None = None, config: RagConfig | None = None) -> ReportQA:
        """A pipeline over a library; over the default one, built where there is none, if None."""
        return cls(library if library is not None else Library.open_or_build(), config)

    @property
    def passage_count(self) -> int:
        """How many passages are searched."""
        return len(self._bm25.nodes)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over library, settings and reader: what decides answers, 64 digits."""
        return self._fingerprint

    def examples(self) -> tuple[str, ...]:
        """At most six questions to begin with, made from the reports' own structure."""
        return examples(tuple(self._documents.values()))

    def warm(self) -> None:
        """Loads all that the first question would, so that it is as fast as the next ones."""
        self.retrieve("warm up")
        self._reader.read("warm up", self.retrieve("report"))
        _ = self._questions, self._answerability, self._list_intent

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer to a question, with the earlier questions of the conversation, oldest first.

        Raises QuestionError for a question that cannot be asked; its message is for the user.
        """
        *_, answer = self.stream(question, history)
        if not isinstance(answer, Answer):
            raise TypeError("a stream of steps ends with an answer")
        return answer

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Step | Answer]:
        """What ``ask`` does, step by step; the answer comes last."""
        clock = _Clock()
        asked = clean_question(question, self.config.question_characters)
        understood = stand_alone(asked, _earlier(history))
        yield Step(f"Searching {self.passage_count} passages")
        query = self._query(understood)
        passages = self._retriever.retrieve(query)
        clock.lap("retrieve")
        yield Step(f"Reading {len(passages)} passages")
        match = self._questions.match(self.reading_encoder.question_vector(query.query_str))
        evidence = self._reader.read(query.query_str, passages, match)
        clock.lap("read")
        yield self._answer(asked, understood, query.query_str, evidence, match, clock)

    def retrieve(self, question: str, history: Sequence[str] = ()) -> list[NodeWithScore]:
        """The passages that would be read for a question, best first."""
        asked = clean_question(question, self.config.question_characters)
        return self._retriever.retrieve(self._query(stand_alone(asked, _earlier(history))))

    def read(self, question: str, history: Sequence[str] = ()) -> Reading:
        """The sentences and bullets that would be read for a question, and what holds for them."""
        asked = clean_question(question, self.config.question_characters)
        query = self._query(stand_alone(asked, _earlier(history)))
        match = self._questions.match(self.reading_encoder.question_vector(query.query_str))
        evidence = self._reader.read(query.query_str, self._retriever.retrieve(query), match)
        return Reading(query.query_str, tuple(evidence), self._limits(evidence))

    def _query(self, understood: str) -> QueryBundle:
        query = expand(understood, self._glossary)
        return QueryBundle(query, embedding=self.library.encoder.get_query_embedding(query))

    def _answer(
        self,
        asked: str,
        understood: str,
        query: str,
        evidence: list[Evidence],
        match: Match,
        clock: _Clock,
    ) -> Answer:
        documents = tuple(self._documents.values())
        confidence, selected, reason = self._judge(understood, query, evidence, match)
        parts: tuple[Part, ...]
        citations: tuple[Citation, ...] = ()
        close: tuple[Nearest, ...] = ()
        missing: tuple[str, ...] = ()
        abstained = confidence < self._limits(evidence).confidence or not selected
        if abstained:
            reason = reason or self._instead(match)
            close = nearest(evidence, self.config)
            missing = missing_words(understood, self._vocabulary)
            sources = tuple(source_of(document) for document in documents)
            parts = not_said(sources, reason)
        else:
            sources = sources_of(selected)
            parts, citations = lines(selected)
        clock.lap("compose")
        return Answer(
            question=asked,
            understood=understood,
            text=answer_text(parts),
            parts=parts,
            abstained=abstained,
            confidence=round(confidence, 4),
            citations=citations,
            nearest=close,
            missing=missing,
            sources=sources,
            model=f"extractive/{self.reading_encoder.encoder.model_name}",
            fingerprint=self.fingerprint,
            timings=clock.laps(),
        )

    def _judge(
        self,
        question: str,
        query: str,
        evidence: list[Evidence],
        match: Match,
    ) -> tuple[float, list[Evidence], str]:
        """How sure it is that the reports answer, the units that do, and why if they do not."""
        if short := asked_abbreviation(question, self._glossary):
            entry = self._glossary.get(short)
            if entry is None:
                return 0.0, [], f"It does not spell out {short}."
            return 1.0, [Evidence(entry.document, entry.unit, 1.0)], ""
        confidence = self._answerability.probability(
            signals(evidence, match, self._reader.support(query, evidence))
        )
        config = self.config
        vector = self.reading_encoder.question_vector(query)
        wants_list = self._list_intent.probability(vector) >= config.list_from
        limits = self._limits(evidence)
        chosen = select(evidence, limits.share, limits.units, wants_list=wants_list)
        if wants_list and not _written(evidence):
            chosen = select_items(evidence, config.share_items, config.max_units) or chosen
        return confidence, chosen, ""

    def _limits(self, evidence: Sequence[Evidence]) -> Limits:
        return self.config.limits(written=_written(evidence))

    def _instead(self, match: Match) -> str:
        """What was written of a question that is nearly this one and is not answered."""
        if match.instead is None or match.unanswered < self.config.instead_from:
            return ""
        return match.instead.instead

    @cached_property
    def _glossary(self) -> dict[str, Abbreviation]:
        found: dict[str, Abbreviation] = {}
        for document in self._documents.values():
            for short, entry in abbreviations(document).items():
                found.setdefault(short, entry)
        return found

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return vocabulary(self._documents.values())

    @cached_property
    def _bm25(self) -> BM25Index:
        return BM25Index(self._store.get_nodes(), self.config)

    @cached_property
    def _retriever(self) -> HybridRetriever:
        return HybridRetriever(self._store, self.library.encoder, self._bm25, self.config)

    @cached_property
    def reading_encoder(self) -> ReadingEncoder:
        """The encoder that reads, loaded on first use."""
        return self._given_reader or load_reader()

    @cached_property
    def _reader(self) -> EvidenceReader:
        return EvidenceReader(self._documents, self.reading_encoder, self.config)

    @cached_property
    def _questions(self) -> QuestionIndex:
        return QuestionIndex(
            tuple(self._documents.values()),
            self.reading_encoder.encoder,
            self.config,
            self.library.path / "cache",
        )

    @cached_property
    def _answerability(self) -> Answerability:
        return Answerability.load()

    @cached_property
    def _list_intent(self) -> ListIntent:
        return ListIntent.load()


def _written(evidence: Sequence[Evidence]) -> bool:
    """Whether the best unit answers questions that were written for its report."""
    return bool(evidence) and evidence[0].written


def clean_question(question: str, limit: int) -> str:
    """The question without control characters and lone surrogates, on one line.

    Raises QuestionError, with a message for the user, where nothing is left that has a letter
    or a digit, or where it has more than ``limit`` characters.
    """
    if len(question) > limit:
        raise QuestionError(
            f"This question has {len(question):,} characters; please ask in at most {limit:,}."
        )
    tidy = _tidy(question)
    if not any(character.isalnum() for character in tidy):
        raise QuestionError("There is no question here; please ask one in words.")
    return tidy


def _tidy(text: str) -> str:
    readable = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(
        "".join(
            " " if unicodedata.category(character) == "Cc" else character for character in readable
        ).split()
    )


def _earlier(history: Sequence[str]) -> list[str]:
    return [tidy for item in history if (tidy := _tidy(item))]


class _Clock:
    """Seconds spent in each stage of a question."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round(now - self._last, 4)
        self._last = now

    def laps(self) -> dict[str, float]:
        return {**self._laps, "total": round(self._last - self._began, 4)}
