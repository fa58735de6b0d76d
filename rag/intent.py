"""Whether a question asks for a list: a logistic regression over its embedding."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MODEL = Path(__file__).parent / "models" / "list_intent.json"


@dataclass(frozen=True)
class ListIntent:
    """The trained weights; ``rag/models/train_intent.py`` makes them, its card says from what."""

    weights: NDArray[np.float32]
    bias: float

    @classmethod
    def load(cls) -> ListIntent:
        """The weights that the package carries."""
        data = json.loads(_MODEL.read_text(encoding="utf-8"))
        return cls(np.array(data["weights"], dtype=np.float32), float(data["bias"]))

    def probability(self, embedding: NDArray[np.float32]) -> float:
        """In [0, 1], for the normalised all-MiniLM-L6-v2 embedding of a question, shape (384,)."""
        return float(1 / (1 + np.exp(-(embedding @ self.weights + self.bias))))
