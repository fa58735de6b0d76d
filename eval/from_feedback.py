"""Feedback into a question set: what people approved or corrected becomes gold.

An approved answer's quotes are the gold of its question; of a rejected one it is the passage
that was named instead. An approved "the report does not say", and an answer rejected because
the report does not say it, become questions without an answer. Nothing else can be scored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import Question, parse_question
from eval.files import read_json, read_text
from index.errors import DatasetError, FeedbackError
from rag.feedback import Feedback, feedback_id

NO_PASSAGE = "rejected, and neither a right passage named nor that the report does not say"
BOTH = "rejected for two reasons that rule each other out: a right passage, and none"
NOTHING_CITED = "approved, but the answer quotes nothing"
REPLACED = "judged again later, with the same earlier questions"


@dataclass(frozen=True, slots=True)
class FeedbackSet:
    """The questions made of a file, and how many of its lines were left out for which reason."""

    questions: tuple[Question, ...]
    skipped: dict[str, int]


def read_feedback(path: Path) -> tuple[Feedback, ...]:
    """The feedback of a file, in order; blank lines are passed over.

    Raises DatasetError, naming the file and the line, on anything that is not feedback.
    """
    return tuple(feedback for _, feedback in _lines(path))


def questions_of(path: Path) -> FeedbackSet:
    """A set of the questions that a file of feedback judges; the last word on each counts.

    Raises DatasetError where a line is malformed, and where no line can be used.
    """
    skipped: Counter[str] = Counter()
    found: dict[str, Question] = {}
    for where, feedback in _lines(path):
        question = _question(feedback, where)
        if isinstance(question, str):
            skipped[question] += 1
            continue
        if question.id in found:
            skipped[REPLACED] += 1
        found[question.id] = question
    if not found:
        whole = "; ".join(f"{count} {why}" for why, count in skipped.items()) or "no line at all"
        raise DatasetError(
            f"{path} holds nothing that a question can be made of ({whole}); "
            "approve some answers in the chat, or name the right passages"
        )
    return FeedbackSet(tuple(found.values()), dict(skipped))


def _lines(path: Path) -> Iterable[tuple[str, Feedback]]:
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            yield where, Feedback.from_dict(read_json(line, where))
        except FeedbackError as error:
            raise DatasetError(
                f"{where}: this is not feedback as the chat writes it: {error}; "
                "mend or remove the line"
            ) from error


def _question(feedback: Feedback, where: str) -> Question | str:
    """The question that the feedback makes, or why it makes none."""
    answer, passage = feedback.answer, feedback.passage
    denied = feedback.reason == "not_said"
    gold: list[tuple[str, str]] = []
    if feedback.verdict == "down":
        if passage and denied:
            return BOTH
        if not passage and not denied:
            return NO_PASSAGE
        gold = [(passage.document, passage.quote)] if passage else []
    elif not answer.abstained:
        gold = [(citation.document, citation.quote) for citation in answer.citations]
        if not gold:
            return NOTHING_CITED
    question = Question(
        id=f"feedback-{feedback_id(feedback.question, feedback.history)}",
        question=feedback.question,
        history=feedback.history,
        kind="feedback" if gold else "unanswerable",
        answerable=bool(gold),
        gold_spans=tuple(dict.fromkeys(quote for _, quote in gold)),
        required=(),
        forbidden=(),
        documents=tuple(dict.fromkeys(document for document, _ in gold)),
    )
    return parse_question(json.dumps(question.to_dict()), where)
