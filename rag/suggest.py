"""Questions to begin with and to go on with, made from the reports' own structure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from index.asked import named
from index.types import Document
from rag.answerable import missing_words
from rag.glossary import abbreviations
from rag.questions import QuestionIndex, Topic, UnitKey
from rag.types import Answer, Citation, Nearest
from rag.whole import WELL, has_whole, letters

_COUNT, _CHARACTERS = 6, 160
_WRITTEN = (30, 90)  # characters of a written question that reads well as an example
_NEXT = 3
# Two topics nearer than this are one topic in other words.
_SAME_TOPIC = 0.9
_PERSONAL = re.compile(r"\b(?:I|my|me|we|us|our)\b", re.IGNORECASE)
_OPEN = re.compile(r"(?:what|how|which|who|where|when)\b", re.IGNORECASE)


def examples(documents: Sequence[Document]) -> tuple[str, ...]:
    """At most six questions, of at most 160 characters.

    First what the headings over lists name, then a written question on each section, where
    there are any; then how it was judged, what headings ask, who led the inspection, what an
    abbreviation means and what stands under other headings.
    """
    every = (question for document in documents for question in _questions(document))
    return tuple(islice(_fresh(every, set()), _COUNT))


def also_ask(
    documents: Sequence[Document],
    written: QuestionIndex,
    known: frozenset[str],
    answers: Sequence[Answer],
    begin: Callable[[], Iterable[str]] = tuple,
) -> tuple[str, ...]:
    """At most three questions to ask after the last of the answers of a conversation.

    Where questions were written for the reports they are taken from these: the ones nearest
    in topic to what the answer cites (or what came nearest, where it abstained) that other
    words of the report answer, worded as the report is (``known`` is its ``vocabulary``);
    else they are made of the headings that follow in the report. After an answer without words of
    a report they are those that ``begin`` gives.
    None was asked before in the conversation, and none is answered by what was cited in it.
    """
    if not answers:
        return ()
    asked = {letters(text) for answer in answers for text in (answer.question, answer.understood)}
    items: Sequence[Citation | Nearest] = answers[-1].citations or answers[-1].nearest
    said = {(item.document, item.start) for answer in answers for item in answer.citations}
    about = {(item.document, item.start) for item in items}
    near = (_near(written, known, about, said), _following(documents, items))
    for source in near if items else (begin(), *near):
        if found := tuple(islice(_fresh(source, asked), _NEXT)):
            return found
    return ()


def _fresh(questions: Iterable[str], asked: set[str]) -> Iterator[str]:
    """The questions that were not asked yet, each once."""
    seen = set(asked)
    for question in questions:
        plain = letters(question)
        if plain not in seen and len(question) <= _CHARACTERS:
            seen.add(plain)
            yield question


def _near(
    written: QuestionIndex, known: frozenset[str], about: set[UnitKey], said: set[UnitKey]
) -> Iterator[str]:
    """A question of each topic, the one nearest to those of some units first."""
    here = [place for place, topic in enumerate(written.topics) if topic.units & about]
    if not here:
        return
    vectors = written.topic_vectors
    near = vectors @ vectors[here].mean(axis=0)
    offered: list[int] = []
    covered = said | about
    for place in np.argsort(-near, kind="stable").tolist():
        topic = written.topics[place]
        told = topic.units & covered or any(
            vectors[place] @ vectors[other] > _SAME_TOPIC for other in offered
        )
        if not told and (question := _readable(topic, known)):
            offered.append(place)
            covered |= topic.units
            yield question


def _readable(topic: Topic, known: frozenset[str]) -> str:
    """The first question of a topic that can be offered to anyone; empty where none can."""
    return next(
        (
            text
            for text in topic.questions
            if _reads_well(text)
            and _OPEN.match(text)
            and not _PERSONAL.search(text)
            and not missing_words(text, known)
        ),
        "",
    )


def _following(documents: Sequence[Document], items: Sequence[Citation | Nearest]) -> Iterator[str]:
    """What headings ask, from the one after the quotes on, and round to where they stand."""
    by_id = {document.document_id: document for document in documents}
    document = by_id.get(items[0].document) if items else next(iter(documents), None)
    if document is None:
        return
    held = {unit.section for unit in document.units if unit.kind != "heading"}
    here = {
        place
        for place, section in enumerate(document.sections)
        if any(section.start <= item.start < section.end for item in items)
    }
    first = min(here, default=-1)
    count = len(document.sections)
    for place in (step % count for step in range(first + 1, first + 1 + count)):
        if place in held and place not in here:
            yield from _asked_by(document, place)


def _asked_by(document: Document, place: int) -> Iterator[str]:
    section = document.sections[place]
    if section.title.endswith("?") or section.title in _lists_in_the_plural(document):
        yield _of_heading(section.title)
    elif section.level > 1:
        yield f"What does the report say under “{section.title}”?"


def _of_heading(title: str) -> str:
    """What a heading over a list asks; one that is a question as it stands."""
    return title if title.endswith("?") else f"What are the {_uncapitalised(title)}?"


def _questions(document: Document) -> Iterator[str]:
    for title in _lists_in_the_plural(document):
        yield _of_heading(title)
    yield from _written(document)
    yield from _judged(document)
    for section in document.sections:
        if section.title.endswith("?"):
            yield section.title
    if any(fact.field == "lead_inspector" for fact in document.facts):
        yield "Who led the inspection?"
    for abbreviation in abbreviations(document):
        yield f"What does {abbreviation} stand for?"
    for section in document.sections:
        if section.level > 1 and not section.title.endswith("?"):
            yield f"What does the report say under “{section.title}”?"


def _judged(document: Document) -> Iterator[str]:
    """What a report that judges is asked first."""
    if has_whole("overall", document):
        yield "What is the overall judgement?"
        yield "What are the main findings?"
        headed = any(s.title.endswith("?") and WELL.search(s.title) for s in document.sections)
        if not headed and has_whole("strengths", document):
            yield "What are the strengths?"
        if any(fact.field == "judgement" for fact in document.facts):
            yield "What are all the judgements?"


def _written(document: Document) -> Iterator[str]:
    """For each section the first whole question of those that most of its units answer."""
    for section in document.sections:
        inside = [
            (len(group.spans), question)
            for group in document.answered
            for question in group.questions
            if all(section.start <= span.start < section.end for span in group.spans)
            and _reads_well(question)
        ]
        if inside:
            yield max(inside, key=lambda item: item[0])[1]


def _reads_well(question: str) -> bool:
    return (
        question[:1].isupper()
        and question.endswith("?")
        and _WRITTEN[0] <= len(question) <= _WRITTEN[1]
    )


def _lists_in_the_plural(document: Document) -> dict[str, None]:
    """Headings such as "Areas for improvement" that stand over lists or over findings alone."""
    asked = {one.span.start for one in named(document)}
    held: dict[int, list[bool]] = {}
    for block in document.blocks:
        if block.kind != "heading":
            held.setdefault(block.section, []).append(block.start in asked)
    under = {unit.section for unit in document.units if unit.list_id is not None}
    found = [
        (document.sections[section].title, section in under, all(are_findings))
        for section, are_findings in sorted(held.items())
    ]
    return dict.fromkeys(
        title
        for title, is_list, is_asked in found
        if (is_asked if title.endswith("?") else (is_list or is_asked) and _is_plural(title))
    )


def _is_plural(title: str) -> bool:
    """Whether what a heading names is several: "Areas for improvement", "Key findings"."""
    words = title.lower().split()
    links = [place for place, word in enumerate(words) if word in ("for", "of", "to", "in")]
    noun = words[links[0] - 1] if links and links[0] else words[-1]
    return noun.endswith("s") and not noun.endswith("ss")


def _uncapitalised(title: str) -> str:
    """The title as it stands inside a sentence; "HMICFRS findings" keeps its capitals."""
    return title if title[1:2].isupper() else f"{title[0].lower()}{title[1:]}"
