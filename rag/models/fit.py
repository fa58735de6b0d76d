"""Fits the small models that the package carries: python -m rag.models.fit DATA_DIR

``list_intent.json``: does a question ask for a list; on the kinds of the authored items.
``inspected.json``: is a question one that such reports are asked, see ``fit_inspected``.
``answerable.json``: does a report answer a question; ``plain`` on the authored items over
reports that the reader was not trained on, ``indexed`` on the written questions of the bundled
report that the reader was not trained on, each left out in its turn, and the development set.
README.md beside this file describes the data and gives the figures printed here.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from llama_index.core.schema import NodeWithScore
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from index.chunk import chunk, to_node
from index.config import IndexConfig
from index.enrich import questions_file
from index.parse import read_report
from index.reports import BUNDLED, bundled_report
from index.types import Document
from rag.answerable import signals
from rag.config import RagConfig
from rag.converse import stand_alone
from rag.encoder import ReadingEncoder, load_reader
from rag.glossary import abbreviations, expand
from rag.intent import INSPECTED, QuestionKind
from rag.models.fit_inspected import counts_of, everyday, fit_inspected, fit_weight
from rag.questions import Match, QuestionIndex
from rag.read import EvidenceReader

UNTRAINED_REPORTS = ("ludmere", "oxenholt", "severnmoor", "tarnshire")
_ANSWERABLE_SHARE = 0.8  # of the questions that people ask
_TRAINED_LINES = 848  # of the bundled report's questions: the reader was trained on them
_GENERAL = Path("train") / "qed_nq_dev" / "qed-dev.jsonlines"
_HERE = Path(__file__).parent
_DEVELOPMENT_SET = _HERE.parents[1] / "eval" / "sets" / f"{BUNDLED}.jsonl"


def fit_list_intent(authored: list[dict[str, Any]], encoder: ReadingEncoder) -> dict[str, Any]:
    """Weights over question embeddings, with ranking quality by five-fold cross-validation."""
    vectors = np.stack([encoder.question_vector(row["question"]) for row in authored])
    labels = np.array([row["kind"] == "list" for row in authored])
    model = LogisticRegression(C=0.3, class_weight="balanced", max_iter=2000)
    scores = cross_val_predict(model, vectors, labels, cv=5, method="predict_proba")[:, 1]
    _say("list intent", labels, scores)
    model.fit(vectors, labels)
    return {
        "weights": [round(float(weight), 5) for weight in model.coef_[0]],
        "bias": round(float(model.intercept_[0]), 5),
    }


def fit_plain(
    untrained: list[tuple[Path, list[dict[str, Any]]]],
    inspected: QuestionKind,
    everyday_odds: np.ndarray,
    encoder: ReadingEncoder,
    config: RagConfig,
) -> tuple[list[float], float]:
    """Weights over signals without written questions, on reports with their questions.

    Then, these held, the weight of what speaks for a question that no report is asked.
    """
    rows, labels, odds, is_everyday = [], [], [], []
    for path, items in untrained:
        document = read_report(path)
        reader = EvidenceReader({document.document_id: document}, encoder, config)
        passages = whole(document)
        asked = [(item["question"], item["answerable"], None) for item in items]
        foreign = zip(everyday(), everyday_odds, strict=True)
        for question, label, known in [*asked, *((q, False, value) for q, value in foreign)]:
            evidence = reader.read(question, passages)
            rows.append(astuple(signals(evidence, Match(), reader.support(question, evidence))))
            labels.append(label)
            is_everyday.append(known is not None)
            found = inspected.log_odds(encoder.question_vector(question))
            odds.append(found if known is None else known)
    all_rows, all_labels, apart = np.array(rows), np.array(labels), np.array(is_everyday)
    weights = _logistic("answerable, plain", all_rows[~apart], all_labels[~apart])
    logits = all_rows @ np.array(weights[:-1]) + weights[-1]
    counts = counts_of(all_labels, apart, _ANSWERABLE_SHARE)
    weight = fit_weight(logits, np.array(odds), all_labels, counts)
    for name, added in (("without", 0.0), ("with", weight * np.minimum(odds, 0))):
        refused = logits + added < 0
        right, wrong = refused[~all_labels & ~apart].mean(), refused[all_labels].mean()
        print(
            f"  {name} inspected, under 0.5: {refused[apart].mean():.2f} of everyday questions, "
            f"{right:.2f} of those not answered, {wrong:.3f} of the others"
        )
    return weights, weight


def fit_indexed(questions: Path, encoder: ReadingEncoder, config: RagConfig) -> list[float]:
    """Weights over signals with written questions, on those of the bundled report."""
    document = read_report(bundled_report())
    documents = {document.document_id: document}
    reader, passages = EvidenceReader(documents, encoder, config), whole(document)
    known = abbreviations(document)
    with TemporaryDirectory() as cache:
        written = QuestionIndex([document], encoder.encoder, config, Path(cache))
    asked = [
        (stand_alone(item["question"], item["history"]), item["answerable"], None)
        for item in _rows(questions)
    ]
    rows, labels = [], []
    for question, is_answerable, place in [*asked, *_unseen(document)]:
        query = expand(question, known)
        match = written.match(encoder.question_vector(query), left_out=place)
        evidence = reader.read(query, passages, match)
        seen = signals(evidence, match, reader.support(query, evidence))
        if seen.answered:
            rows.append(astuple(seen))
            labels.append(is_answerable)
    return _logistic("answerable, indexed", np.array(rows), np.array(labels))


def _unseen(document: Document) -> list[tuple[str, bool, int]]:
    """The written questions that the reader was not trained on, with their places in the index."""
    answered = [question for group in document.answered for question in group.questions]
    every = [*answered, *(item.question for item in document.unanswered)]
    fresh = {
        question
        for row in _rows(questions_file(bundled_report()))[_TRAINED_LINES:]
        for question in row.get("questions", [row.get("question")])
    }
    return [
        (question, place < len(answered), place)
        for place, question in enumerate(every)
        if question in fresh
    ]


def whole(document: Document) -> list[NodeWithScore]:
    """Every passage of a document, as if all had been retrieved."""
    return [
        NodeWithScore(node=to_node(passage, document), score=1.0)
        for passage in chunk(document, IndexConfig())
    ]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _logistic(name: str, rows: np.ndarray, labels: np.ndarray) -> list[float]:
    """Weights and bias, fitted as if the share of answerable questions were the usual one."""
    share = labels.mean()
    weight = np.where(labels, _ANSWERABLE_SHARE / share, (1 - _ANSWERABLE_SHARE) / (1 - share))
    model = LogisticRegression(C=10.0, max_iter=5000)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = np.zeros(len(rows))
    for train, test in folds.split(rows, labels):
        model.fit(rows[train], labels[train], sample_weight=weight[train])
        scores[test] = model.predict_proba(rows[test])[:, 1]
    _say(name, labels, scores)
    for floor in (0.5, 0.6, 0.7):
        right, wrong = (scores[~labels] < floor).mean(), (scores[labels] < floor).mean()
        print(f"  under {floor}: {right:.2f} of those not answered, {wrong:.3f} of the others")
    model.fit(rows, labels, sample_weight=weight)
    return [round(float(weight), 4) for weight in (*model.coef_[0], *model.intercept_)]


def _say(name: str, labels: np.ndarray, scores: np.ndarray) -> None:
    area, precision = roc_auc_score(labels, scores), average_precision_score(labels, scores)
    print(f"{name}: {len(labels)} questions, AUC {area:.3f}, AP {precision:.3f}")


def main() -> None:
    """Fits and writes both models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    folder = data / "train" / "authored"
    authored = [row for path in sorted(folder.glob("*.jsonl")) for row in _rows(path)]
    police = [
        (
            folder / "fictional_police_reports" / f"{name}.txt",
            [row for row in authored if row["doc"] == name],
        )
        for name in UNTRAINED_REPORTS
    ]
    held_out = [
        (_HERE / "reports" / f"{path.stem}.md", _rows(path))
        for path in sorted((_HERE / "held_out").glob("*.jsonl"))
    ]
    encoder = load_reader()
    intent = fit_list_intent(authored, encoder)
    (_HERE / "list_intent.json").write_text(json.dumps(intent) + "\n", encoding="utf-8")
    untrained = [*police, *held_out]
    fresh = [row["question"] for _, rows in untrained for row in rows if row["answerable"]]
    items = [
        row
        for path in sorted((_HERE / "items").glob("*.jsonl"))
        if not path.stem.endswith("-twins")
        for row in _rows(path)
    ]
    asked = [row["question"] for row in authored if row["doc"] not in UNTRAINED_REPORTS]
    asked += [row["question"] for row in items]
    inspected, everyday_odds = fit_inspected(asked, fresh, data / _GENERAL, encoder)
    (_HERE / "inspected.json").write_text(json.dumps(inspected) + "\n", encoding="utf-8")
    kind = QuestionKind.load(INSPECTED)
    plain, foreign = fit_plain(untrained, kind, everyday_odds, encoder, RagConfig())
    indexed = fit_indexed(_DEVELOPMENT_SET, encoder, RagConfig())
    weights = {"plain": plain, "indexed": indexed, "foreign": foreign}
    (_HERE / "answerable.json").write_text(json.dumps(weights) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
