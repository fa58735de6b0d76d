"""A question over a library of reports to an answer: retrieve, read, compose, cite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from llama_index.core.schema import NodeWithScore, QueryBundle

from index.errors import LLMError, LLMReplyError
from index.library import Library
from index.types import Document
from rag.answerable import signals
from rag.asked import clean_question, earlier_questions
from rag.cite import answer_text
from rag.clock import Clock
from rag.compose import (
    lines,
    lines_by_report,
    nearest,
    not_said,
    select,
    select_items,
    sources_of,
)
from rag.config import Limits, RagConfig
from rag.converse import points_back, stand_alone
from rag.dated import without_dates
from rag.draft import (
    Draft,
    absent_draft,
    cited_in,
    each_draft,
    judgement_draft,
    mention_draft,
    names_any,
    register_draft,
    route_notes,
    searched,
    side_by_side,
    with_notes,
)
from rag.generate import Partial, Writer
from rag.glossary import asked_abbreviation, expand
from rag.imprint import asks_of_publication
from rag.mentions import words_sought
from rag.parts import Parts
from rag.questions import Match
from rag.read import Evidence
from rag.register import BARE, register_of
from rag.reword import without_names
from rag.route import Route
from rag.scope import Scope
from rag.suggest import also_ask, examples
from rag.suggest_several import examples_of_several
from rag.table import table
from rag.tokens import open_or_build
from rag.types import Answer
from rag.unmentioned import never_mentioned
from rag.where import Where, chosen_reports
from rag.whole import OF_EACH, headed_draft, whole_draft


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


class ReportQA(Parts):
    """Answers questions over one library; made once, used for many questions and threads.

    It keeps to the version of the library that is live when it is made; make another one
    after reports were added or removed.
    """

    @classmethod
    def open(cls, library: Library | None = None, config: RagConfig | None = None) -> ReportQA:
        """A pipeline over a library; over the default one, built where there is none, if None."""
        return cls(library if library is not None else open_or_build(), config)

    def examples(self) -> tuple[str, ...]:
        """At most six questions to begin with, made from the reports' own structure."""
        if len(self._documents) > 1:
            organisations = tuple(self._router.names.organisations.values())
            if found := examples_of_several(self._documents, organisations):
                return found
        return examples(tuple(self._documents.values()))

    def also_ask(self, answers: Sequence[Answer]) -> tuple[str, ...]:
        """At most three questions to ask next, after a conversation's answers, oldest first."""
        documents = tuple(self._documents.values())
        known = self._scopes.all.vocabulary
        return also_ask(documents, self._questions, known, answers, self.examples)

    def warm(self) -> None:
        """Loads all that the first question would, so that it is as fast as the next ones."""
        self.retrieve("warm up")
        self._reader.read("warm up", self.retrieve("report"))
        _ = self._questions, self._answerability, self._list_intent, self._inspected
        _ = self._whole_intent

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        reports: Sequence[str] | None = None,
        where: Where | None = None,
        writer: Writer | None = None,
    ) -> Answer:
        """The answer to a question, with the earlier questions of the conversation, oldest first.

        It is asked of the reports that it names, see ``rag.route``, among those with the ids in
        ``reports`` that meet the conditions of ``where``, see ``rag.where``; where neither is
        given, among all. A ``writer`` writes the answer, each sentence proven or marked; where it
        fails the report's own words are the answer, with the reason. Raises QuestionError for
        a question that cannot be asked; its message is for the user.
        """
        *_, answer = self.stream(question, history, reports, where, writer)
        if not isinstance(answer, Answer):
            raise TypeError("a stream of steps ends with an answer")
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[str] = (),
        reports: Sequence[str] | None = None,
        where: Where | None = None,
        writer: Writer | None = None,
    ) -> Iterator[Step | Partial | Answer]:
        """What ``ask`` does, step by step; the answer comes last.

        Of what a ``writer`` writes each sentence comes when it is checked. Closing the iterator
        ends its request.
        """
        clock = Clock()
        condensed, fault = "", ""
        if writer is not None and (earlier := earlier_questions(history)):
            yield Step(f"{writer.name} is completing the question")
            condensed, fault = self._condensed(question, earlier, writer)
        chosen = chosen_reports(self._documents, reports, where)
        asked, understood, route = self._routed(question, history, chosen, condensed)
        draft = self._without_search(understood, route, chosen)
        found: list[Evidence] = []
        if draft is None and (draft := self._of_the_whole(route, understood)) is not None:
            found += cited_in(draft, self._documents)
        if draft is not None:
            yield Step("Reading what is known of the reports")
        else:
            drafts = []
            for scope in self._asked_of(route):
                query = self._query(route.question, scope)
                yield Step(f"Searching {self._passages_of(scope)} passages")
                passages = self._retriever(scope, route.question).retrieve(query)
                clock.lap("retrieve")
                yield Step(f"Reading {len(passages)} passages")
                match = self._match(query, scope)
                evidence = self._reader.read(query.query_str, passages, match, route.before)
                clock.lap("read")
                found += evidence
                drafts.append(self._draft(route, query.query_str, evidence, match, scope))
            draft = self._joined(route, drafts)
        clock.lap("compose")
        beside = f"{understood} (after: {route.before})" if route.before else understood
        own = self._finished(asked, beside, draft, clock, chosen or ())
        if writer is None or own.abstained or not found:
            yield own
        elif fault:
            yield replace(own, instead=fault)
        else:
            yield Step(f"{writer.name} is writing")
            ranked = sorted(found, key=lambda item: -item.score)
            yield from writer.write(own, ranked, self._documents, self.verifier, clock)

    def _condensed(self, question: str, earlier: Sequence[str], writer: Writer) -> tuple[str, str]:
        """A follow-up as a language model completes it, empty if it cannot; why it is not asked."""
        limit = self.config.question_characters
        asked = clean_question(question, limit)
        try:
            return writer.condense(asked, earlier, limit), ""
        except LLMReplyError:
            return "", ""
        except LLMError as error:
            return "", str(error)

    def _asked_of(self, route: Route) -> list[Scope]:
        """The reports that are asked together, once for each organisation named."""
        groups = [self._scopes.of(group.documents) for group in route.groups]
        return groups or [self._scopes.of(route.documents)]

    def _without_search(
        self, understood: str, route: Route, chosen: tuple[str, ...] | None
    ) -> Draft | None:
        """What is answered from what is known of the reports alone, None where that is not all."""
        documents = self._scopes.of(route.every).documents
        # A year or a kind may leave one report, and yet ask which of all of them it is.
        every = self._scopes.of(chosen).documents
        sought = words_sought(understood) if len(every) > 1 and not route.groups else ""
        if sought:
            return mention_draft(sought, documents)
        if route.lacking and not route.groups:
            return absent_draft(route)
        if route.groups:
            draft = self._of_named(route.unnamed, documents)
            return draft and with_notes(draft, route_notes(route, self._documents))
        asked = register_of(understood, every) if len(every) > 1 else None
        if asked is not None:
            return register_draft(asked, table(asked, every))
        if route.absent and not all(name.is_mentioned for name in route.absent):
            return absent_draft(route)
        return None

    def _of_named(self, question: str, documents: Sequence[Document]) -> Draft | None:
        """What is known of reports that a question names, or of one asked alone."""
        asked = register_of(question, documents, named=True)
        found = table(asked, documents) if asked is not None else None
        if asked is None or found is None or not (found.rows or asked.wanted):
            return None
        chooses = asked.order or asked.wanted
        return register_draft(asked, found) if chooses else judgement_draft(found)

    def _of_the_whole(self, route: Route, understood: str) -> Draft | None:
        """What is answered from the structure of the reports, None where a topic is asked for."""
        scopes = self._asked_of(route)
        count = sum(len(scope.documents) for scope in scopes)
        if route.before or route.absent:
            return None
        alone = [document for scope in scopes for document in scope.documents]
        # Where questions were written for a report they know more of its parts than its grades.
        if count == 1 and not (alone[0].answered or route.groups or BARE.fullmatch(understood)):
            draft = self._of_named(understood, alone)
            if draft is not None:
                return draft
        places = [one for one in self._router.names.places(route.question) if one.organisations]
        question = without_names(route.question, places, "the area")
        asked = self._whole_intent.of(question, self.reading_encoder.question_vector)
        if count > self.config.whole_reports:
            of_each = asked.probability >= self.config.whole_from and asked.kind in OF_EACH
            limit = self.config.whole_reports
            return each_draft(count, limit) if of_each and not route.groups else None
        whole = [headed_draft(question, scope.documents) for scope in scopes]
        if None in whole and asked.probability >= self.config.whole_from:
            whole = [whole_draft(asked, scope.documents) for scope in scopes]
        drafts = [draft for draft in whole if draft is not None]
        return self._joined(route, drafts) if len(drafts) == len(scopes) else None

    def retrieve(
        self,
        question: str,
        history: Sequence[str] = (),
        reports: Sequence[str] | None = None,
        where: Where | None = None,
    ) -> list[NodeWithScore]:
        """The passages nearest to a question, best first; an imprint's among them."""
        chosen = chosen_reports(self._documents, reports, where)
        _, _, route = self._routed(question, history, chosen)
        scope = self._scopes.of(route.every)
        return self._retriever(scope).retrieve(self._query(route.question, scope))

    def read(self, question: str, history: Sequence[str] = ()) -> Reading:
        """The sentences and bullets that would be read for a question, and what holds for them."""
        _, _, route = self._routed(question, history)
        scope = self._scopes.of(route.every)
        query = self._query(route.question, scope)
        passages = self._retriever(scope, route.question).retrieve(query)
        match = self._match(query, scope)
        evidence = self._reader.read(query.query_str, passages, match, route.before)
        return Reading(query.query_str, tuple(evidence), self._limits(evidence))

    def _routed(
        self,
        question: str,
        history: Sequence[str],
        chosen: tuple[str, ...] | None = None,
        condensed: str = "",
    ) -> tuple[str, str, Route]:
        """The question tidied, as it stands alone (``condensed``, if given), where it goes."""
        asked = clean_question(question, self.config.question_characters)
        router = self._router if chosen is None else self._router.within(chosen)
        earlier = self._router.followed(earlier_questions(history))
        before = stand_alone(earlier[-1], earlier[:-1]) if earlier else ""
        understood = condensed or self._router.moved(asked, before) or stand_alone(asked, earlier)
        route = router.route(understood, earlier)
        if before and understood == asked and points_back(asked):
            route = replace(route, before=before)
        return asked, understood, route

    def _query(self, understood: str, scope: Scope) -> QueryBundle:
        query = expand(understood, scope.glossary)
        return QueryBundle(query, embedding=self.library.encoder.get_query_embedding(query))

    def _match(self, query: QueryBundle, scope: Scope) -> Match:
        vector = self.reading_encoder.question_vector(query.query_str)
        documents = None if scope is self._scopes.all else scope.ids
        return self._questions.match(vector, documents=documents)

    def _draft(
        self, route: Route, query: str, evidence: list[Evidence], match: Match, scope: Scope
    ) -> Draft:
        """What these reports say to the question, or that they do not."""
        confidence, selected, reason = self._judge(route, query, evidence, scope, match)
        elsewhere = bool(route.absent) and not route.groups
        if elsewhere:
            selected = [item for item in selected if names_any(item, route.absent)]
        if confidence >= self._limits(evidence).confidence and selected:
            parts, citations = (lines_by_report if len(scope.documents) > 1 else lines)(selected)
            return Draft(parts, confidence, citations, sources=sources_of(selected))
        parts = not_said(len(scope.documents), reason or self._instead(match))
        if elsewhere:
            parts = absent_draft(route).parts
        return Draft(
            parts,
            confidence,
            abstained=True,
            nearest=nearest(evidence, self.config),
            missing=never_mentioned(
                route.question,
                scope.vocabulary,
                lambda words: self._reader.relatives(words, evidence),
            ),
            sources=searched(scope.documents, evidence[: self.config.nearest]),
        )

    def _joined(self, route: Route, drafts: Sequence[Draft]) -> Draft:
        """One draft of those on each organisation."""
        draft = drafts[0]
        if len(drafts) > 1:
            draft = side_by_side(list(zip(route.groups, drafts, strict=True)), self._documents)
        return with_notes(draft, route_notes(route, self._documents))

    def _finished(
        self, asked: str, understood: str, draft: Draft, clock: Clock, asked_of: tuple[str, ...]
    ) -> Answer:
        return Answer(
            question=asked,
            understood=understood,
            text=answer_text(draft.parts),
            parts=draft.parts,
            abstained=draft.abstained,
            confidence=round(draft.confidence, 4),
            citations=draft.citations,
            nearest=draft.nearest,
            missing=draft.missing,
            sources=draft.sources,
            model=f"extractive/{self.reading_encoder.encoder.model_name}",
            fingerprint=self.fingerprint,
            timings=clock.laps(),
            asked_of=asked_of,
        )

    def _judge(
        self,
        route: Route,
        query: str,
        evidence: list[Evidence],
        scope: Scope,
        match: Match,
    ) -> tuple[float, list[Evidence], str]:
        """How sure it is that the reports answer, the units that do, and why if they do not."""
        if short := asked_abbreviation(route.question, scope.glossary):
            entry = scope.glossary.get(short)
            if entry is None:
                return 0.0, [], f"It does not spell out {short}."
            return 1.0, [Evidence(entry.document, entry.unit, 1.0)], ""
        confidence = self._answerability.probability(
            signals(evidence, match, self._reader.support(query, evidence)),
            self._inspected_odds(route, query),
        )
        config = self.config
        vector = self.reading_encoder.question_vector(query)
        wants_list = self._list_intent.probability(vector) >= config.list_from
        limits = self._limits(evidence)
        chosen = select(evidence, limits.share, limits.units, wants_list=wants_list)
        if wants_list and not _written(evidence):
            chosen = select_items(evidence, config.share_items, config.max_units) or chosen
        kept = without_dates(query, chosen)
        return confidence if kept else 0.0, kept, ""

    def _inspected_odds(self, route: Route, query: str) -> float:
        """The log odds that such a question, or the one it points back at, is asked of reports."""
        if asks_of_publication(route.question):
            return 0.0
        asked = [query, route.before] if route.before else [query]
        return max(self._inspected.log_odds(self.reading_encoder.question_vector(q)) for q in asked)

    def _limits(self, evidence: Sequence[Evidence]) -> Limits:
        return self.config.limits(written=_written(evidence))

    def _instead(self, match: Match) -> str:
        """What was written of a question that is nearly this one and is not answered."""
        if match.instead is None or match.unanswered < self.config.instead_from:
            return ""
        return match.instead.instead


def _written(evidence: Sequence[Evidence]) -> bool:
    """Whether the best unit answers questions that were written for its report."""
    return bool(evidence) and evidence[0].written
