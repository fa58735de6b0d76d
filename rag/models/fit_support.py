"""Fits the support model of the verifier: python -m rag.models.fit_support DATA_DIR

``support.json``: do words of a report support a sentence; a logistic regression over
``rag.support.Signals``. README.md beside this file describes the data and gives the figures
printed here. Nothing of it is on a report or claim that ``eval.verifier`` measures with.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from index.parse import read_report
from index.types import Document, Unit
from rag.cite import flat
from rag.encoder import load_reader
from rag.models.corrupt import corruptions
from rag.support import Ground, Support
from rag.verifier import faults_of

_HERE = Path(__file__).parent
_SEED = 6
_UNITS = 40
_OPENINGS = ("According to the report, ", "The inspectors found that ", "The report says that ")
_CLAUSE = re.compile(r"(?<=[^\s,;]{3})(?:;|, (?:and|but|which|although|so)\b| \().*$")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, the words that it cites and whether they prove it."""

    sentence: str
    ground: Ground
    supported: bool
    weight: float = 1.0


def from_reports(documents: list[Document], draw: random.Random) -> Iterator[Example]:
    """True sentences on units of reports, lightly reworded, and the same made wrong."""
    spoken = {
        document.document_id: [
            unit
            for unit in document.units
            if unit.kind in ("sentence", "bullet")
            and len(document.quote(unit)) > 30
            and not document.quote(unit).endswith(":")
        ]
        for document in documents
    }
    for document in documents:
        units = spoken[document.document_id]
        strangers = [
            flat(other.quote(unit))
            for other in documents
            if other is not document
            for unit in spoken[other.document_id]
        ]
        for unit in draw.sample(units, min(_UNITS, len(units))):
            ground = Ground.of_unit(document, unit)
            sentence = _reworded(document, unit, draw)
            yield Example(sentence, ground, True)
            for made in corruptions(document, unit, sentence, strangers, draw):
                yield Example(made.sentence, Ground.of_unit(document, made.unit), False)


def from_claims(claims: Path, documents: dict[str, Document]) -> Iterator[Example]:
    """Sentences written by hand on units of reports, true and false."""
    for line in claims.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        document = documents[row["document"]]
        unit = next(unit for unit in document.units if document.quote(unit) == row["cited"])
        yield Example(row["sentence"], Ground.of_unit(document, unit), row["supported"], 8.0)


def _reworded(document: Document, unit: Unit, draw: random.Random) -> str:
    """The unit's words, sometimes behind an opening or without their last clause."""
    words = flat(document.quote(unit))
    if draw.random() < 0.4:
        words = _CLAUSE.sub("", words)
    if draw.random() < 0.4 and unit.kind == "sentence":
        return draw.choice(_OPENINGS) + words[0].lower() + words[1:]
    return words


def main() -> None:
    """Fits and writes the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data / "train" / "authored" / "fictional_police_reports"
    documents = [
        read_report(path)
        for path in (*sorted(folder.glob("*.txt")), *sorted((_HERE / "reports").glob("*.md")))
    ]
    named = {document.document_id: document for document in documents}
    draw = random.Random(_SEED)
    examples = list(from_reports(documents, draw))
    for path in sorted((_HERE / "claims").glob("*.jsonl")):
        examples += from_claims(path, named)
    support = Support(load_reader(), (0.0,) * 6)
    # What a rule refuses needs no model: it learns from what the rules let through.
    kept = [item for item in examples if not faults_of(item.sentence, [item.ground])]
    rows = np.array([astuple(support.signals(item.sentence, [item.ground])) for item in kept])
    labels = np.array([item.supported for item in kept])
    weights = np.array([item.weight for item in kept])
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=5000)
    scores = cross_val_predict(
        model, rows, labels, cv=5, method="predict_proba", params={"sample_weight": weights}
    )[:, 1]
    by_hand = weights > 1
    for name, chosen in (("all", weights > 0), ("by hand", by_hand), ("by rule", ~by_hand)):
        area = roc_auc_score(labels[chosen], scores[chosen])
        right = np.mean((scores[chosen] >= 0.5) == labels[chosen])
        print(f"support, {name}: {chosen.sum()} sentences, AUC {area:.3f}, right {right:.3f}")
    model.fit(rows, labels, sample_weight=weights)
    found = [round(float(weight), 4) for weight in (*model.coef_[0], *model.intercept_)]
    (_HERE / "support.json").write_text(json.dumps({"weights": found}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
