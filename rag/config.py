"""How questions are searched, read and answered; its fingerprint is part of every answer's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class RagConfig:
    """The settings of a pipeline.

    ``candidates`` passages come from each of the dense and the BM25 search, fused by
    reciprocal rank with constant ``rrf_k`` (Cormack et al. 2009, whose value is 60); the
    best ``passages`` of them are read. ``late_spread`` and ``late_weight`` put late
    interaction and votes on one scale; the ``neighbours`` nearest written questions vote,
    their weight falling by e with every ``neighbour_scale`` of cosine; against reports without
    questions they are trusted from a cosine of ``trust_from``, fully from ``trust_to``. A unit
    whose score is at least ``share`` of the best is part of the answer, ``max_units`` at the
    most (``share_unvoted`` and ``max_unvoted`` in reports without written questions). A question
    asks for a list where that is at least ``list_from`` probable. Under a confidence of
    ``abstain_below`` (``abstain_unwritten`` in reports without written questions) the answer
    is that the report does not say, with the ``nearest`` units and, where written questions
    that are not answered are as near as ``instead_from``, what was written of them.
    """

    candidates: int = 50
    passages: int = 24
    rrf_k: int = 60
    late_spread: float = 0.2
    late_weight: float = 0.2
    neighbours: int = 20
    neighbour_scale: float = 0.05
    trust_from: float = 0.5
    trust_to: float = 0.65
    share: float = 0.5
    max_units: int = 10
    share_unvoted: float = 0.7
    max_unvoted: int = 3
    list_from: float = 0.6
    label_margin: float = 0.03
    abstain_below: float = 0.7
    abstain_unwritten: float = 0.6
    nearest: int = 3
    instead_from: float = 0.75
    question_characters: int = 2000

    def fingerprint(self) -> str:
        """The SHA-256 of the settings, 64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
