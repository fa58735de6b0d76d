"""What kind a question is of: logistic regressions over its embedding."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

LIST: Final = "list_intent"
INSPECTED: Final = "inspected"
_MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True)
class QuestionKind:
    """The trained weights of one kind; ``rag/models/README.md`` says from what.

    ``LIST`` questions ask for a list; ``INSPECTED`` ones are such as are asked of reports on
    organisations, unlike those of everyday life and of general knowledge.
    """

    weights: NDArray[np.float32]
    bias: float

    @classmethod
    def load(cls, kind: str) -> QuestionKind:
        """The weights that the package carries for ``LIST`` or ``INSPECTED``."""
        data = json.loads((_MODELS / f"{kind}.json").read_text(encoding="utf-8"))
        return cls(np.array(data["weights"], dtype=np.float32), float(data["bias"]))

    def log_odds(self, embedding: NDArray[np.float32]) -> float:
        """That a question is of the kind, for its vector as the reader makes it, shape (384,)."""
        return float(embedding @ self.weights + self.bias)

    def probability(self, embedding: NDArray[np.float32]) -> float:
        """The same in [0, 1]."""
        return float(1 / (1 + np.exp(-self.log_odds(embedding))))
