"""How well areas for improvement that two reports repeat are told from those they do not.

``python -m eval.repeated FILE`` prints precision, recall and F1 on labelled pairs, whose format
is that of ``tests/data/repeated/pairs.jsonl``, for all and by what the reports are to each other.
The one threshold was chosen on these pairs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.embed import Encoder
from rag.compare import similarities
from rag.config import CompareConfig


@dataclass(frozen=True, slots=True)
class Pair:
    """Two areas for improvement, and whether they ask for the same thing."""

    reports: str
    first: str
    second: str
    same: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Of ``there`` pairs that ask for the same ``found`` were taken for such, ``right`` rightly."""

    there: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """The share of the found pairs that are there; 1 where none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of the pairs that were found; 1 where there are none."""
        return self.right / self.there if self.there else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two, 1 where nothing is there and nothing was found."""
        total = self.there + self.found
        return 2 * self.right / total if total else 1.0


def load_pairs(file: Path) -> tuple[Pair, ...]:
    """The labelled pairs of a JSON Lines file."""
    return tuple(Pair(**json.loads(line)) for line in file.read_text("utf-8").splitlines())


def tell(pairs: Sequence[Pair], encoder: Encoder, near: float = CompareConfig.near) -> Told:
    """How pairs are told apart by a least cosine of ``near``."""
    cosines = similarities(
        [pair.first for pair in pairs], [pair.second for pair in pairs], encoder
    ).diagonal()
    found = [cosine >= near for cosine in cosines]
    right = sum(pair.same and taken for pair, taken in zip(pairs, found, strict=True))
    return Told(sum(pair.same for pair in pairs), sum(found), right)


def main(arguments: Sequence[str]) -> None:
    """Print the scores of a file of pairs."""
    from rag.encoder import load_reader

    pairs = load_pairs(Path(arguments[0]))
    encoder = load_reader().encoder
    for name in ("all", *dict.fromkeys(pair.reports for pair in pairs)):
        part = [pair for pair in pairs if name in ("all", pair.reports)]
        told = tell(part, encoder)
        sys.stdout.write(
            f"{name}: {len(part)} pairs, {told.there} the same: "
            f"precision {told.precision:.2f}, recall {told.recall:.2f}, F1 {told.f1:.2f}\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
