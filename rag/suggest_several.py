"""Questions to begin with where there are several reports: on all of them, on some by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from index.facts.grades import rank
from index.types import Document
from rag.names import Organisation
from rag.whole import has_whole
from rag.whole_intent import WholeKind

# What is asked of an organisation by name, where its reports have such an answer.
_OF_ONE: Sequence[tuple[WholeKind, str]] = (
    ("improve", "What should {name} improve?"),
    ("strengths", "What does {name} do well?"),
    ("overall", "How was {name} judged?"),
)


def examples_of_several(
    documents: Mapping[str, Document], organisations: Sequence[Organisation]
) -> tuple[str, ...]:
    """Questions by turns on an organisation, another one each time, and on all reports.

    ``organisations`` are those that the reports are on, see ``rag.names``. Each question is one
    that these reports answer, as far as their structure and what is known of them say; there
    are none where nothing is known.
    """
    of_all, of_one = _of_all(tuple(documents.values())), _of_one(documents, organisations)
    rows = [[next(questions, "") for questions in (of_one, of_all)] for _ in _OF_ONE]
    return tuple(question for row in rows for question in row if question)


def _of_one(
    documents: Mapping[str, Document], organisations: Sequence[Organisation]
) -> Iterator[str]:
    """A question of each kind, of organisations that stand far apart in the library."""
    named: list[str] = []
    for turn, (kind, question) in enumerate(_OF_ONE):
        begin = turn * len(organisations) // len(_OF_ONE)
        for one in [*organisations[begin:], *organisations[:begin]]:
            own = [documents[name] for name in one.documents]
            if one.name not in named and all(has_whole(kind, document) for document in own):
                named.append(one.name)
                yield question.format(name=one.name)
                break


def _of_all(documents: Sequence[Document]) -> Iterator[str]:
    overall = [fact.value for d in documents for fact in d.facts if fact.field == "overall"]
    grades = sorted({grade for grade in overall if rank(grade) >= 0}, key=rank)
    if len(grades) > 1:
        yield f"Which reports were judged {grades[-1]} overall?"
    if sum(any(fact.field == "inspected" for fact in d.facts) for d in documents) > 1:
        yield "Which was inspected last?"
    if len(overall) > 1:
        yield "What is the overall judgement of each report?"
