"""How questions are searched, read and answered; its fingerprint is part of every answer's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for an answer: the confidence that it needs, and which units it may be made of.

    A unit needs ``share`` of the best one's score and must be among the first ``units``.
    """

    confidence: float
    share: float
    units: int


@dataclass(frozen=True)
class RagConfig:
    """The settings of a pipeline.

    Passages are scored by cosine and by BM25 with ``bm25_k1`` and ``bm25_b``; in the sum of the
    two, each standardised, the cosine weighs ``dense_weight`` and BM25 the rest, and the best
    ``passages`` are read. ``late_spread`` and ``late_weight`` put late
    interaction and votes on one scale; reading with the sentence before counts ``lean_weight`` for
    one that leans on it, and the question before ``before_weight`` where a question points back
    at it; the ``neighbours`` nearest written questions vote,
    their weight falling by e with every ``neighbour_scale`` of cosine; against reports without
    questions they are trusted from a cosine of ``trust_from``, fully from ``trust_to``. The
    ``joint_units`` nearest units are read together with the question; a word that has a relative
    of a cosine of ``relative_from`` in what was read is not said to be missing. A unit
    whose score is at least ``share`` of the best is part of the answer, ``max_units`` at the
    most (``share_unvoted`` and ``max_unvoted`` where the best has no written questions; of
    bullets ``share_items`` and ``max_units`` where a list is asked for). A question
    asks for a list where that is at least ``list_from`` probable, and for the whole of at most
    ``whole_reports`` reports where that is ``whole_from`` probable, see ``rag.whole``. Under a
    confidence of ``abstain_below`` (``abstain_unwritten`` where it has none) the answer is that
    the report does not say, with the ``nearest`` units and, where written questions that are not
    answered are as near as ``instead_from``, what was written of them.
    """

    bm25_k1: float = 0.9
    bm25_b: float = 0.4
    dense_weight: float = 0.65
    passages: int = 24
    late_spread: float = 0.3
    late_weight: float = 0.3
    lean_weight: float = 0.6
    before_weight: float = 0.2
    neighbours: int = 20
    neighbour_scale: float = 0.05
    trust_from: float = 0.5
    trust_to: float = 0.65
    joint_units: int = 4
    relative_from: float = 0.5
    share: float = 0.5
    max_units: int = 10
    share_unvoted: float = 0.8
    share_items: float = 0.75
    max_unvoted: int = 3
    list_from: float = 0.6
    whole_from: float = 0.7
    whole_reports: int = 6
    abstain_below: float = 0.7
    abstain_unwritten: float = 0.5
    nearest: int = 3
    instead_from: float = 0.75
    question_characters: int = 2000

    def limits(self, *, written: bool) -> Limits:
        """What holds where the best unit has written questions, or has none."""
        if written:
            return Limits(self.abstain_below, self.share, self.max_units)
        return Limits(self.abstain_unwritten, self.share_unvoted, self.max_unvoted)

    def fingerprint(self) -> str:
        """The SHA-256 of the settings, 64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class EnrichConfig:
    """How a language model is asked to write the questions of a report.

    It is shown at most ``window_units`` sentences and bullets at a time (a list that is longer
    at most twice as many, so that it stays whole) and ``window_characters`` characters, of each
    unit ``unit_characters``. It is asked for ``questions`` questions on each unit, and for
    ``not_answered`` that these units do not answer; of what it writes, questions of
    ``shortest`` to ``longest`` characters count, at most ``most`` on the same units. A part is
    given up after ``attempts`` replies that cannot be used, the report after ``failures`` parts
    in a row. A question is taken for answered elsewhere in the report where its cosine with an
    answered one is at least ``near``.
    """

    window_units: int = 12
    window_characters: int = 6000
    unit_characters: int = 1500
    questions: int = 4
    not_answered: int = 4
    shortest: int = 6
    longest: int = 250
    most: int = 12
    reply_characters: int = 100_000
    attempts: int = 3
    failures: int = 3
    near: float = 0.75


@dataclass(frozen=True)
class CompareConfig:
    """When two reports are taken to ask for the same thing, and to judge it.

    ``near`` is the least cosine of two areas for improvement, as the reader's encoder sees them,
    chosen on the labelled pairs of ``eval.repeated``; ``labels`` the least share of their words
    that the labels of two judgements have in common.
    """

    near: float = 0.6
    labels: float = 0.6


@dataclass(frozen=True)
class WriteConfig:
    """How a language model of the user's writes answers.

    It is shown at most ``passages`` passages within ``context_tokens``, less ``answer_tokens``
    for what it writes. Its first words must come within ``first_words`` seconds, each piece within
    ``silence`` after the one before, and all within ``deadline``; a follow-up is completed
    within ``condense``. It may write ``reply_characters``. Sentences that are not proven are
    marked, or left out where ``leave_out`` is set. Where it finds no answer, but the reports'
    own words answer with a confidence of ``own_words_from``, these are shown.
    """

    passages: int = 12
    context_tokens: int = 4096
    answer_tokens: int = 1024
    first_words: float = 45.0
    silence: float = 20.0
    deadline: float = 90.0
    condense: float = 15.0
    reply_characters: int = 12_000
    leave_out: bool = False
    own_words_from: float = 0.8
