"""Trains the reader: python -m rag.models.train_reader DATA_DIR OUT_DIR [--hold-out DOC...]

Starts from all-MiniLM-L6-v2 and teaches it, with one set of weights, to bring a question near
the sentences that answer it, both pooled (cosine) and token by token (MaxSim), near other
questions with the same answer, and away from sentences that only look related. Word
embeddings stay frozen. DATA_DIR holds ``train/authored/*.jsonl``, ``train/squad2_half/*.json``
and ``questions-answered/*.jsonl`` as README.md beside this file describes them. Uses a GPU
where there is one; about an hour on two CPU cores.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from index.config import IndexConfig
from index.parse import read_report
from index.parse.units import sentences
from index.reports import bundled_report
from index.weights import find_model


@dataclass(frozen=True)
class TrainConfig:
    """The settings of a training run; they are written beside the weights."""

    seed: int = 7
    steps: int = 800
    batch: int = 20
    negatives: int = 2
    question_pairs: int = 40
    refused: int = 8
    learning_rate: float = 4e-5
    warm_up: int = 60
    temperature: float = 0.05
    max_tokens: int = 96
    heading_drop: float = 0.35
    public_share: float = 0.25


@dataclass(frozen=True)
class Unit:
    """A sentence or bullet with its heading and lead-in."""

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
    """The hand-written items, with heading and lead-in where they have them."""
    items = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            items.append(
                Item(
                    row["question"],
                    _units(row, "evidence"),
                    _units(row, "hard_negatives"),
                    row["doc"],
                )
            )
    return items


def squad_items(folder: Path) -> list[Item]:
    """SQuAD 2.0 questions; the answer's sentence is positive, its neighbours are negatives."""
    items = []
    for path in sorted(folder.glob("*.json")):
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                text, heading = paragraph["context"], article["title"].replace("_", " ")
                spans = sentences(text, 0, len(text))
                for qa in paragraph["qas"]:
                    if "is_impossible" not in qa:
                        continue  # one of the halves comes without its answers
                    starts = [answer["answer_start"] for answer in qa["answers"][:1]]
                    hit = [
                        span
                        for span in spans
                        if any(span.start <= start < span.end for start in starts)
                    ]
                    if starts and not hit:
                        continue
                    rest = [span for span in spans if span not in hit]
                    items.append(
                        Item(
                            qa["question"],
                            tuple(Unit(heading, text[s.start : s.end]) for s in hit),
                            tuple(Unit(heading, text[s.start : s.end]) for s in rest),
                            article["title"],
                        )
                    )
    return items


def question_groups(folder: Path) -> tuple[list[tuple[str, ...]], list[str]]:
    """Questions that one group of spans answers, group by group, and those not answered."""
    answered = [
        tuple(json.loads(line)["questions"])
        for path in sorted(folder.glob("*.jsonl"))
        if "not-answered" not in path.name
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    refused = [
        json.loads(line)["question"]
        for path in sorted(folder.glob("*not-answered.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return answered, refused


def bundled_items(folder: Path) -> list[Item]:
    """Questions on single sentences and bullets of the bundled report, with near misses."""
    document = read_report(bundled_report())
    units = {
        (unit.start, unit.end): Unit(
            document.sections[unit.section].title,
            f"{document.quote(unit.lead_in) + ' ' if unit.lead_in else ''}{document.quote(unit)}",
        )
        for unit in document.units
        if unit.kind != "heading"
    }
    items = []
    for path in sorted(folder.glob(f"{document.document_id}.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            hits = [
                place
                for place in units
                if any(place[0] < end and start < place[1] for start, end in row["spans"])
            ]
            near = [
                unit
                for place, unit in units.items()
                if place not in hits and any(abs(place[0] - hit[0]) < 900 for hit in hits)
            ]
            if hits and len(hits) <= 6:
                items += [
                    Item(
                        question,
                        tuple(units[hit] for hit in hits),
                        tuple(near),
                        document.document_id,
                    )
                    for question in row["questions"]
                ]
    return items


class Trainer:
    """The model and one optimisation step over a mixed batch."""

    def __init__(self, config: TrainConfig, device: str) -> None:
        from transformers import AutoModel, AutoTokenizer

        source = str(find_model(IndexConfig())[0])
        self.config, self.device = config, device
        self.tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True)
        self.model = AutoModel.from_pretrained(source, local_files_only=True).to(device)
        self.model.embeddings.word_embeddings.weight.requires_grad_(False)
        # Logistic scale and shift that make MaxSim scores comparable between questions.
        self.scale = torch.nn.Parameter(torch.tensor(12.0, device=device))
        self.shift = torch.nn.Parameter(torch.tensor(-6.0, device=device))
        groups: list[dict[str, Any]] = [
            {"params": [p for p in self.model.parameters() if p.requires_grad]},
            {"params": [self.scale, self.shift], "lr": 1e-2, "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(
            groups,
            lr=config.learning_rate,
            weight_decay=0.01,
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser,
            lambda step: (
                min(step / config.warm_up, 1.0)
                * (0.5 + 0.5 * math.cos(math.pi * min(step / config.steps, 1.0)))
            ),
        )

    def encode(self, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pooled (n, dim) and token vectors (n, t, dim), normalised, and the token mask (n, t)."""
        batch = self.tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=self.config.max_tokens,
            return_tensors="pt",
            return_special_tokens_mask=True,
        ).to(self.device)
        special = batch.pop("special_tokens_mask").bool()
        with torch.autocast(self.device, dtype=torch.bfloat16):
            hidden = self.model(**batch).last_hidden_state
        hidden = hidden.float()
        mask = batch["attention_mask"].unsqueeze(-1).float()
        pooled = (hidden * mask).sum(1) / mask.sum(1)
        return (
            functional.normalize(pooled, dim=-1),
            functional.normalize(hidden, dim=-1),
            batch["attention_mask"].bool() & ~special,
        )

    def max_sim(self, query: Any, text: Any) -> torch.Tensor:
        """(questions, units): mean over question tokens of the best cosine with a unit token."""
        _, q, q_mask = query
        _, t, t_mask = text
        scores: torch.Tensor = torch.einsum("qid,tjd->qtij", q, t)
        scores = scores.masked_fill(~t_mask[None, :, None, :], -1.0).amax(-1)
        weights = q_mask[:, None, :].float()
        mean: torch.Tensor = (scores * weights).sum(-1) / weights.sum(-1).clamp(min=1)
        return mean

    def step(
        self,
        items: list[Item],
        pairs: list[tuple[str, str, int]],
        refused: list[str],
        rng: random.Random,
    ) -> dict[str, float]:
        """One optimisation step; returns the parts of the loss."""
        parts = {**self._evidence_loss(items, rng), **self._question_loss(pairs, refused)}
        total = torch.stack(list(parts.values())).sum()
        self.optimiser.zero_grad()
        torch.autograd.backward(total)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        return {name: float(value.detach()) for name, value in parts.items()}

    def _evidence_loss(self, items: list[Item], rng: random.Random) -> dict[str, torch.Tensor]:
        config = self.config
        units: list[Unit] = []
        target: list[int] = []
        owned: list[tuple[int, int, float]] = []
        for row, item in enumerate(items):
            target.append(len(units) if item.positives else -1)
            if item.positives:
                owned.append((row, len(units), 1.0))
                units.append(rng.choice(item.positives))
            count = config.negatives if item.positives else config.negatives + 1
            for unit in rng.sample(item.negatives, min(count, len(item.negatives))):
                owned.append((row, len(units), 0.0))
                units.append(unit)
        texts = [
            unit.text
            if not unit.heading or rng.random() < config.heading_drop
            else f"{unit.heading}. {unit.text}"
            for unit in units
        ]
        query, text = self.encode([item.question for item in items]), self.encode(texts)
        also = torch.tensor(
            [
                [
                    unit in item.positives and place != target[row]
                    for place, unit in enumerate(units)
                ]
                for row, item in enumerate(items)
            ],
            device=self.device,
        )
        keep = torch.tensor([place >= 0 for place in target], device=self.device)
        goal = torch.tensor([max(place, 0) for place in target], device=self.device)
        late = self.max_sim(query, text)
        dense = query[0] @ text[0].T
        losses = {}
        for name, scores, temperature in (
            ("dense", dense, config.temperature),
            ("late", late, config.temperature / 2),
        ):
            logits = (scores / temperature).masked_fill(also, -1e4)
            losses[name] = functional.cross_entropy(logits[keep], goal[keep])
        rows, places, labels = (
            torch.tensor(column, device=self.device) for column in zip(*owned, strict=True)
        )
        logits = self.scale * late[rows, places] + self.shift
        losses["absolute"] = 0.5 * functional.binary_cross_entropy_with_logits(
            logits, labels.float()
        )
        return losses

    def _question_loss(
        self, pairs: list[tuple[str, str, int]], refused: list[str]
    ) -> dict[str, torch.Tensor]:
        if not pairs:
            return {}
        left = self.encode([pair[0] for pair in pairs])[0]
        right = self.encode([pair[1] for pair in pairs] + refused)[0]
        group = torch.tensor([pair[2] for pair in pairs], device=self.device)
        other = torch.cat([group, torch.full((len(refused),), -1, device=self.device)])
        same = (group[:, None] == other[None, :]) & ~torch.eye(
            len(pairs), len(other), dtype=torch.bool, device=self.device
        )
        logits = (left @ right.T / self.config.temperature).masked_fill(same, -1e4)
        goal = torch.arange(len(pairs), device=self.device)
        return {"questions": functional.cross_entropy(logits, goal)}

    def save(self, out: Path) -> None:
        """A sentence-transformers folder with half-precision safetensors."""
        from sentence_transformers import SentenceTransformer

        encoder = SentenceTransformer(str(find_model(IndexConfig())[0]), device="cpu")
        state = {name: value.cpu() for name, value in self.model.state_dict().items()}
        transformer: Any = encoder[0].auto_model
        transformer.load_state_dict(state)
        encoder.half().save(str(out), safe_serialization=True, create_model_card=False)


def main() -> None:
    """Reads the command line, trains, writes the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=TrainConfig.steps)
    parser.add_argument("--hold-out", nargs="*", default=[], help="documents not trained on")
    arguments = parser.parse_args()
    config = TrainConfig(steps=arguments.steps)
    rng = random.Random(config.seed)
    torch.manual_seed(config.seed)
    questions = arguments.data / "questions-answered"
    own = [
        item
        for item in authored_items(arguments.data / "train" / "authored")
        if item.document not in arguments.hold_out
    ]
    if bundled_report().stem not in arguments.hold_out:
        own += bundled_items(questions)
    public = squad_items(arguments.data / "train" / "squad2_half")
    answered, refused = question_groups(questions)
    groups = [group for group in answered if len(group) > 1]
    trainer = Trainer(config, "cuda" if torch.cuda.is_available() else "cpu")
    began = time.monotonic()
    for step in range(config.steps):
        items = [
            rng.choice(public if rng.random() < config.public_share else own)
            for _ in range(config.batch)
        ]
        pairs = []
        for number in rng.sample(range(len(groups)), min(config.question_pairs, len(groups))):
            first, second = rng.sample(groups[number], 2)
            pairs.append((first, second, number))
        others = rng.sample(refused, min(config.refused, len(refused)))
        parts = trainer.step(items, pairs, others, rng)
        if step % 20 == 0:
            shown = " ".join(f"{name} {value:.3f}" for name, value in parts.items())
            seconds = time.monotonic() - began
            sys.stderr.write(f"step {step} {seconds:.0f} s {shown}\n")
    arguments.out.mkdir(parents=True, exist_ok=True)
    trainer.save(arguments.out)


def _units(row: dict[str, Any], field: str) -> tuple[Unit, ...]:
    contexts = row.get(f"{field}_ctx") or [(row["section"], "")] * len(row[field])
    return tuple(
        Unit(heading, f"{lead_in} {text}".strip())
        for text, (heading, lead_in) in zip(row[field], contexts, strict=True)
    )


if __name__ == "__main__":
    main()
