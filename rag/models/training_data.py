"""The questions that the reader is trained on, read from their files (README.md beside this)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.enrich import Enrichment, load_enrichment, questions_file
from index.parse import read_report
from index.parse.units import sentences
from index.reports import bundled_report
from index.types import Document, Span
from rag.questions import covered

OWN_ITEMS = Path(__file__).parent / "items"


@dataclass(frozen=True)
class Unit:
    """A sentence or bullet with its heading; its lead-in stands before its words."""

    heading: str
    text: str


@dataclass(frozen=True)
class Item:
    """A question with the units that answer it (none where unanswerable) and some that do not."""

    question: str
    positives: tuple[Unit, ...]
    negatives: tuple[Unit, ...]
    document: str


def authored_items(folder: Path) -> list[Item]:
    """The hand-written items of a folder, with heading and lead-in where they have them."""
    return [
        Item(row["question"], _units(row, "evidence"), _units(row, "hard_negatives"), row["doc"])
        for path in sorted(folder.glob("*.jsonl"))
        for row in _rows(path)
    ]


def bundled_items() -> list[Item]:
    """The questions written for the bundled report, with the sentences and bullets around."""
    document = read_report(bundled_report())
    units = {
        unit: Unit(
            document.sections[unit.section].title,
            f"{document.quote(unit.lead_in) + ' ' if unit.lead_in else ''}{document.quote(unit)}",
        )
        for unit in document.units
        if unit.kind != "heading"
    }

    def item(question: str, hits: Sequence[Span], places: Sequence[Span]) -> Item:
        right = covered(document, hits)
        near = (
            unit
            for unit in units
            if unit not in right and any(abs(unit.start - place.start) < 900 for place in places)
        )
        return Item(
            question,
            tuple(units[unit] for unit in right if unit in units),
            tuple(units[unit] for unit in near),
            document.document_id,
        )

    written = _bundled_questions(document)
    items = [
        item(question, group.spans, group.spans)
        for group in written.answered
        if len(covered(document, group.spans)) <= 6
        for question in group.questions
    ]
    items += [item(one.question, (), one.nearest) for one in written.unanswered if one.nearest]
    return [one for one in items if one.positives or one.negatives]


def question_groups() -> tuple[list[tuple[str, ...]], list[str]]:
    """Questions that one group of spans answers, group by group, and those not answered."""
    written = _bundled_questions(read_report(bundled_report()))
    answered = [group.questions for group in written.answered]
    return answered, [one.question for one in written.unanswered]


def public_items(folder: Path) -> list[Item]:
    """SQuAD 2.0, PolicyQA, COVID-QA, ClapNQ and QED, as questions on sentences."""
    squads = [
        *sorted((folder / "squad2_half").glob("*.json")),
        *sorted((folder / "policyqa").glob("*.json")),
        folder / "covidqa" / "200423_covidQA.json",
    ]
    return [
        *(item for path in squads for item in _squad_items(path)),
        *(item for path in sorted((folder / "clapnq_dev").glob("*.jsonl")) for item in _nq(path)),
        *_qed_items(folder / "qed_nq_dev" / "qed-dev.jsonlines"),
    ]


def _bundled_questions(document: Document) -> Enrichment:
    return load_enrichment(questions_file(bundled_report()), document.text)


def _squad_items(path: Path) -> Iterator[Item]:
    """The answer's sentence is positive, its neighbours are negatives."""
    marked = path.parent.name == "squad2_half"
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        heading = article.get("title", "").replace("_", " ")
        document = f"{path.stem}/{number}"
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            spans = sentences(text, 0, len(text))
            for qa in paragraph["qas"]:
                if marked and "is_impossible" not in qa:
                    continue  # one of the halves comes without its answers
                starts = [answer["answer_start"] for answer in qa["answers"][:1]]
                hits = [span for span in spans if any(span.start <= s < span.end for s in starts)]
                if starts and not hits:
                    continue
                near = [
                    span
                    for span in spans
                    if span not in hits and (not starts or abs(span.start - starts[0]) < 2000)
                ]
                yield Item(
                    qa["question"],
                    tuple(Unit(heading, text[span.start : span.end]) for span in hits),
                    tuple(Unit(heading, text[span.start : span.end]) for span in near),
                    document,
                )


def _nq(path: Path) -> Iterator[Item]:
    """ClapNQ: the sentences picked for the answer are positive, the passage's others negative."""
    for row in _rows(path):
        passage = row["passages"][0]
        picked = {
            text
            for output in row.get("output", [])
            for text in output.get("selected_sentences", [])
        }
        units = [Unit(passage["title"], text) for text in passage["sentences"]]
        positives = tuple(unit for unit in units if unit.text in picked)
        if positives or "unanswerable" in path.stem:
            negatives = tuple(unit for unit in units if unit.text not in picked)
            yield Item(row["input"], positives, negatives, row["id"])


def _qed_items(path: Path) -> Iterator[Item]:
    """QED: the sentence that its annotators selected is positive."""
    for row in _rows(path):
        chosen = row["annotation"].get("selected_sentence")
        if not chosen:
            continue
        text, starts = row["paragraph_text"], row["sentence_starts"]
        ends = [*starts[1:], len(text)]
        units = [
            Unit(row["title_text"], text[a:b].strip()) for a, b in zip(starts, ends, strict=True)
        ]
        hit = starts.index(chosen["start"]) if chosen["start"] in starts else -1
        if hit >= 0:
            negatives = tuple(unit for place, unit in enumerate(units) if place != hit)
            yield Item(row["question_text"], (units[hit],), negatives, str(row["example_id"]))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _units(row: dict[str, Any], field: str) -> tuple[Unit, ...]:
    contexts = row.get(f"{field}_ctx") or [(row["section"], "")] * len(row[field])
    return tuple(
        Unit(heading, f"{lead_in} {text}".strip())
        for text, (heading, lead_in) in zip(row[field], contexts, strict=True)
    )
