"""Trains the reader: python -m rag.models.train_reader DATA_DIR OUT_DIR [--help]

Starts from all-MiniLM-L6-v2 and teaches it, with one set of weights, to bring a question near
the sentences that answer it, both pooled (cosine) and token by token (weighted MaxSim), near
other questions with the same answer, and away from sentences that only look related. Word
embeddings stay frozen. DATA_DIR and the stages of the committed weights are described in
README.md beside this file. Uses a GPU where there is one; two CPU cores take two to three
seconds a step.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from index.config import IndexConfig
from index.weights import find_model
from rag.interaction import Interaction
from rag.models.training_data import (
    OWN_ITEMS,
    Item,
    Unit,
    authored_items,
    bundled_items,
    public_items,
    question_groups,
)

TOKEN_WEIGHTS = "token_weights.safetensors"
INTERACTION = "interaction.safetensors"


@dataclass(frozen=True)
class TrainConfig:
    """The settings of a training run."""

    seed: int = 7
    steps: int = 900
    documents: int = 4
    per_document: int = 5
    negatives: int = 2
    candidates: int = 6
    question_pairs: int = 40
    refused: int = 16
    learning_rate: float = 5e-5
    warm_up: int = 60
    temperature: float = 0.05
    max_tokens: int = 80
    heading_drop: float = 0.35
    public_share: float = 0.25
    bundled_share: float = 0.2


class Encoded(NamedTuple):
    """Pooled (n, d) and token vectors (n, t, d), normalised, and the token mask (n, t)."""

    pooled: torch.Tensor
    tokens: torch.Tensor
    mask: torch.Tensor


class Pool:
    """Items by document; draws documents by their number of items, then items of them."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = list(items)
        self._by_document = defaultdict(list)
        for item in items:
            self._by_document[item.document].append(item)

    def draw(self, count: int, rng: random.Random) -> list[Item]:
        """Up to ``count`` items of one document."""
        items = self._by_document[rng.choice(self._items).document]
        return rng.sample(items, min(count, len(items)))


class Trainer:
    """The model and one optimisation step over a mixed batch."""

    def __init__(self, config: TrainConfig, device: str, start: Path | None) -> None:
        from transformers import AutoModel, AutoTokenizer

        source = str(start or find_model(IndexConfig())[0])
        self.config, self.device = config, device
        self.tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=True)
        model = AutoModel.from_pretrained(source, local_files_only=True, dtype=torch.float32)
        self.model = model.to(device)
        self.model.embeddings.word_embeddings.weight.requires_grad_(False)
        # How much each question token counts, and the logistic scale and shift that make
        # late-interaction scores comparable between questions.
        size = self.model.config.hidden_size
        heads = {
            "weight": torch.zeros(size),
            "scale": torch.tensor(12.0),
            "shift": torch.tensor(-6.0),
        }
        if start is not None:
            heads = load_file(start / TOKEN_WEIGHTS)
        self.heads = {name: torch.nn.Parameter(head.to(device)) for name, head in heads.items()}
        self.interaction = Interaction(size).to(device)
        if start is not None and (start / INTERACTION).exists():
            self.interaction.load_state_dict(load_file(start / INTERACTION))
        else:
            _copy_last_layers(self.model, self.interaction)
        groups: list[dict[str, Any]] = [
            {"params": [p for p in self.model.parameters() if p.requires_grad]},
            {"params": self.interaction.parameters(), "lr": 2 * config.learning_rate},
            {"params": list(self.heads.values()), "lr": 1e-2, "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=config.learning_rate, weight_decay=0.01)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser,
            lambda step: (
                min(step / config.warm_up, 1.0)
                * (0.5 + 0.5 * math.cos(math.pi * min(step / config.steps, 1.0)))
            ),
        )

    def encode(self, texts: list[str]) -> Encoded:
        """The vectors of texts, special tokens masked."""
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
        return Encoded(
            functional.normalize(pooled, dim=-1),
            functional.normalize(hidden, dim=-1),
            batch["attention_mask"].bool() & ~special,
        )

    def max_sim(self, query: Encoded, text: Encoded) -> torch.Tensor:
        """(questions, units): weighted mean over question tokens of the best token cosine."""
        scores: torch.Tensor = torch.einsum("qid,tjd->qtij", query.tokens, text.tokens)
        scores = scores.masked_fill(~text.mask[None, :, None, :], -1.0).amax(-1)
        weights = torch.exp(query.tokens @ self.heads["weight"]) * query.mask
        mean: torch.Tensor = (scores * weights[:, None, :]).sum(-1) / weights.sum(-1)[:, None]
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
        units: list[Unit] = []
        owner: list[str] = []
        target: list[int] = []
        for item in items:
            target.append(len(units) if item.positives else -1)
            drawn = [rng.choice(item.positives)] if item.positives else []
            count = self.config.negatives + 1 - len(drawn)
            drawn += rng.sample(item.negatives, min(count, len(item.negatives)))
            units += drawn
            owner += [item.document] * len(drawn)
        texts = [
            unit.text
            if not unit.heading or rng.random() < self.config.heading_drop
            else f"{unit.heading}. {unit.text}"
            for unit in units
        ]
        query, text = self.encode([item.question for item in items]), self.encode(texts)

        def table(rows: list[list[bool]]) -> torch.Tensor:
            return torch.tensor(rows, device=self.device)

        right = table([[unit in item.positives for unit in units] for item in items])
        near = table([[name == item.document for name in owner] for item in items])
        goal = torch.tensor([max(place, 0) for place in target], device=self.device)
        answered = torch.tensor([place >= 0 for place in target], device=self.device)
        others = right.clone()
        others[answered, goal[answered]] = False
        late = self.max_sim(query, text)
        dense = query.pooled @ text.pooled.T
        losses = {}
        for name, scores, temperature in (
            ("dense", dense, self.config.temperature),
            ("late", late, self.config.temperature / 2),
        ):
            logits = (scores / temperature).masked_fill(others, -1e4)
            losses[name] = functional.cross_entropy(logits[answered], goal[answered])
        # The best wrong unit of the question's own report must score low, the right one high.
        logits = self.heads["scale"] * late + self.heads["shift"]
        wrong = logits.masked_fill(right | ~near, -1e4).amax(-1)
        rejected = functional.softplus(wrong)
        accepted = functional.softplus(-logits.gather(1, goal[:, None])[:, 0])
        losses["absolute"] = rejected.mean() + (accepted * answered).mean()
        losses["joint"] = self._joint_loss(query, text, late, right, near, goal, answered)
        return losses

    def _joint_loss(
        self,
        query: Encoded,
        text: Encoded,
        late: torch.Tensor,
        right: torch.Tensor,
        near: torch.Tensor,
        goal: torch.Tensor,
        answered: torch.Tensor,
    ) -> torch.Tensor:
        """Choosing, read jointly, between a right unit, the nearest wrong ones, and none."""
        order = late.detach().masked_fill(right | ~near, -1e4)
        order[answered, goal[answered]] = 1e4
        value, unit = order.topk(min(self.config.candidates, order.shape[1]))
        row, column = torch.nonzero(value > -1e3, as_tuple=True)
        place = unit[row, column]
        with torch.autocast(self.device, dtype=torch.bfloat16):
            pairs = self.interaction(
                query.tokens[row],
                query.mask[row],
                text.tokens[place],
                text.mask[place],
                late[row, place],
            )
        logits = torch.full((len(goal), 1 + value.shape[1]), -1e4, device=self.device)
        logits[:, 0] = 0.0  # none of them
        logits[row, column + 1] = pairs.float()
        # The right unit, where there is one, comes first of the candidates.
        return functional.cross_entropy(logits, answered.long())

    def _question_loss(
        self, pairs: list[tuple[str, str, int]], refused: list[str]
    ) -> dict[str, torch.Tensor]:
        left = self.encode([pair[0] for pair in pairs]).pooled
        right = self.encode([pair[1] for pair in pairs] + refused).pooled
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
        out.mkdir(parents=True, exist_ok=True)
        encoder.half().save(str(out), safe_serialization=True, create_model_card=False)
        heads = {name: head.detach().cpu() for name, head in self.heads.items()}
        save_file(heads, out / TOKEN_WEIGHTS)
        joint = {name: value.cpu().half() for name, value in self.interaction.state_dict().items()}
        save_file(joint, out / INTERACTION)


def _copy_last_layers(model: Any, interaction: Interaction) -> None:
    """The last layers of a BERT model as those of the interaction."""
    layers = interaction.layers.layers
    for new, old in zip(layers, model.encoder.layer[-len(layers) :], strict=True):
        self = old.attention.self
        parts = (self.query, self.key, self.value)
        state = {
            "self_attn.in_proj_weight": torch.cat([part.weight for part in parts]),
            "self_attn.in_proj_bias": torch.cat([part.bias for part in parts]),
        }
        for name, part in (
            ("self_attn.out_proj", old.attention.output.dense),
            ("norm1", old.attention.output.LayerNorm),
            ("linear1", old.intermediate.dense),
            ("linear2", old.output.dense),
            ("norm2", old.output.LayerNorm),
        ):
            state |= {f"{name}.weight": part.weight, f"{name}.bias": part.bias}
        new.load_state_dict(state)


def main() -> None:
    """Reads the command line, trains, writes the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=TrainConfig.steps)
    parser.add_argument("--start", type=Path, help="go on from the model in this folder")
    parser.add_argument("--seed", type=int, default=TrainConfig.seed)
    parser.add_argument("--hold-out", nargs="*", default=[], help="documents not trained on")
    arguments = parser.parse_args()
    config = TrainConfig(steps=arguments.steps, seed=arguments.seed)
    rng = random.Random(config.seed)
    torch.manual_seed(config.seed)
    authored = [
        *authored_items(arguments.data / "train" / "authored"),
        *authored_items(OWN_ITEMS),
    ]
    own = Pool([item for item in authored if item.document not in arguments.hold_out])
    bundled, public = Pool(bundled_items()), Pool(public_items(arguments.data / "train"))
    answered, refused = question_groups()
    groups = [group for group in answered if len(group) > 1]
    trainer = Trainer(config, "cuda" if torch.cuda.is_available() else "cpu", arguments.start)
    began = time.monotonic()
    for step in range(config.steps):
        items = []
        for _ in range(config.documents):
            kind = rng.random()
            public_one = kind < config.public_share
            bundled_one = kind > 1 - config.bundled_share
            pool = public if public_one else bundled if bundled_one else own
            items += pool.draw(config.per_document, rng)
        pairs = []
        for number in rng.sample(range(len(groups)), config.question_pairs):
            first, second = rng.sample(groups[number], 2)
            pairs.append((first, second, number))
        parts = trainer.step(items, pairs, rng.sample(refused, config.refused), rng)
        if step % 20 == 0:
            shown = json.dumps({name: round(value, 3) for name, value in parts.items()})
            sys.stderr.write(f"step {step} {time.monotonic() - began:.0f} s {shown}\n")
        if step % 150 == 149:
            trainer.save(arguments.out)
    trainer.save(arguments.out)


if __name__ == "__main__":
    main()
