"""Sentences with what they cite and whether that proves them, to measure the verifier with."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.dataset import load_set
from eval.gold import locate
from index.types import Block, Document, Section, Unit
from rag.cite import flat
from rag.models.corrupt import corruptions
from rag.support import Ground

_BY_HAND: Final = Path(__file__).parent / "claims.jsonl"
_SEED: Final = 2017
_EVIDENCE: Final = 16
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence, the passages that it cites, whether they prove it, and what it is."""

    kind: str
    sentence: str
    grounds: tuple[Ground, ...]
    is_true: bool


def of_answers(questions: Path, documents: Mapping[str, Document]) -> Iterator[Cited]:
    """The sentences of correct answers to a question set, and each made wrong by every rule."""
    draw = random.Random(_SEED)
    units: dict[tuple[str, int], tuple[Document, Unit]] = {}
    for question in load_set(questions):
        for span in locate(question, documents).spans if question.answerable else ():
            for place in span.places:
                document = documents[place.document_id]
                for unit in document.units:
                    inside = unit.start < place.end and place.start < unit.end
                    if inside and _is_said(document, unit):
                        units[place.document_id, unit.start] = (document, unit)
    for document, unit in units.values():
        sentence = flat(document.quote(unit))
        yield Cited("verbatim", sentence, (Ground.of_unit(document, unit),), True)
        yield from _corrupted(document, unit, sentence, documents, draw)


def by_hand(documents: Mapping[str, Document]) -> Iterator[Cited]:
    """Honest paraphrases and lies written by hand, and the paraphrases made wrong by rule."""
    draw = random.Random(_SEED)
    for row in _rows(_BY_HAND):
        document = documents[row["document"]]
        unit = next(unit for unit in document.units if document.quote(unit) == row["cited"])
        kind = "paraphrase" if row["supported"] else "lie by hand"
        ground = Ground.of_unit(document, unit)
        yield Cited(kind, row["sentence"], (ground,), row["supported"])
        if row["supported"]:
            yield from _corrupted(document, unit, row["sentence"], documents, draw)


def of_fever(path: Path) -> Iterator[Cited]:
    """The pairs of FEVER-Symmetric."""
    for row in _rows(path):
        document = plain_document([row.get("evidence") or row["evidence_sentence"]])
        ground = Ground.of_unit(document, document.units[0])
        yield Cited("FEVER-Symmetric", row["claim"], (ground,), row["label"] == "SUPPORTS")


def of_wice(path: Path) -> Iterator[Cited]:
    """The claims of WiCE with the sixteen sentences of their sources that share most words."""
    for row in _rows(path):
        claim = set(_WORD.findall(row["claim"].lower()))
        sentences = [text for text in row["evidence"] if text.strip()]
        near = sorted(sentences, key=lambda text: -len(claim & set(_WORD.findall(text.lower()))))
        document = plain_document(near[:_EVIDENCE])
        grounds = tuple(Ground.of_unit(document, unit) for unit in document.units)
        yield Cited("WiCE", row["claim"], grounds, row["label"] == "supported")


def plain_document(sentences: Sequence[str]) -> Document:
    """Sentences as a report without headings."""
    text = "\n".join(sentences)
    blocks, units, start = [], [], 0
    for number, sentence in enumerate(sentences):
        end = start + len(sentence)
        blocks.append(Block("paragraph", start, end, 0))
        units.append(Unit("sentence", start, end, number, 0))
        start = end + 1
    digest = hashlib.sha256(text.encode()).hexdigest()
    section = Section("Text", 1, ("Text",), 0, len(text))
    return Document(digest[:16], "Text", "", text, digest, (section,), tuple(blocks), tuple(units))


def _corrupted(
    document: Document,
    unit: Unit,
    sentence: str,
    documents: Mapping[str, Document],
    draw: random.Random,
) -> Iterator[Cited]:
    strangers = [
        flat(other.quote(one))
        for other in documents.values()
        if other is not document
        for one in other.units
        if _is_said(other, one) and len(other.quote(one)) > 30
    ]
    for made in corruptions(document, unit, sentence, strangers, draw):
        yield Cited(made.kind, made.sentence, (Ground.of_unit(document, made.unit),), False)


def _is_said(document: Document, unit: Unit) -> bool:
    """Whether it is a whole sentence or bullet, no lead-in."""
    return unit.kind in ("sentence", "bullet") and not document.quote(unit).endswith(":")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
