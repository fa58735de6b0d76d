"""The encoder that reads: all-MiniLM-L6-v2 trained further, carried by the package."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from index.config import IndexConfig
from index.embed import Encoder, Vectors, load_encoder, threads_for
from index.errors import ModelError

if TYPE_CHECKING:
    from rag.interaction import Interaction

READER = "peel-reader-3"
_QUESTIONS_KEPT = 64
_FOLDER = Path(__file__).parent / "models" / "reader"
READER_HASH = "3f93483f32e70f264d0525a7ffe791b1fc5da65337feb9ea595773c56683dbcd"


class ReadingEncoder:
    """An encoder, what each token of a question counts in late interaction, and a joint reading.

    ``token_weights``, shape (dimension,): a token whose vector of length 1 is t counts
    exp(t . token_weights). ``interaction`` reads question and text together. The last
    questions are kept as they were read.
    """

    def __init__(self, encoder: Encoder, token_weights: Vectors, interaction: Interaction) -> None:
        self.encoder = encoder
        self.token_weights = token_weights
        self.interaction = interaction
        self._read_once = lru_cache(_QUESTIONS_KEPT)(encoder.read_query)

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self.encoder.dimension

    @property
    def model_hash(self) -> str:
        """The SHA-256 of the encoder's files."""
        return self.encoder.model_hash

    def question_vector(self, question: str) -> Vectors:
        """The vector of a question, shape (dimension,), of length 1."""
        return self._read_once(question)[0]

    def question_tokens(self, question: str) -> Vectors:
        """The vectors of a question's tokens, shape (tokens, dimension).

        Their lengths are their shares of the question and sum to 1, so that ``max_sims`` of
        them are weighted means.
        """
        tokens = self._read_once(question)[1]
        counts = np.exp(tokens @ self.token_weights)
        return np.asarray(tokens * (counts / max(counts.sum(), 1e-12))[:, None], dtype=np.float32)

    def text_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """The vectors of each text's tokens, shape (tokens, dimension), rows of length 1."""
        return self.encoder.token_vectors(texts)

    def log_odds(self, question: Vectors, texts: Sequence[Vectors]) -> list[float]:
        """How far texts answer a question, each read with it, as log odds.

        Takes what ``question_tokens`` and ``text_tokens`` give.
        """
        if not texts or not len(question):
            return [-math.inf] * len(texts)
        import torch

        longest = max(len(text) for text in texts)
        rows = np.zeros((len(texts), longest, question.shape[1]), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[: len(text)] = text
        lengths = np.array([len(text) for text in texts])
        tokens = question / np.linalg.norm(question, axis=1, keepdims=True)
        late = max_sims(question, texts).astype(np.float32)
        with torch.inference_mode(), threads_for(len(texts)):
            odds: list[float] = self.interaction(
                torch.from_numpy(tokens).expand(len(texts), -1, -1),
                torch.ones(len(texts), len(tokens), dtype=torch.bool),
                torch.from_numpy(rows),
                torch.from_numpy(np.arange(longest)[None] < lengths[:, None]),
                torch.from_numpy(late),
            ).tolist()
        return odds


def best_matches(question: Vectors, texts: Sequence[Vectors]) -> Vectors:
    """The best match of each question token in each text, shape (texts, question tokens).

    0 where a text has no tokens.
    """
    found = np.zeros((len(texts), len(question)), dtype=np.float32)
    held = [place for place, text in enumerate(texts) if len(text)]
    if held and len(question):
        lengths = [len(texts[place]) for place in held]
        cosines = np.concatenate([texts[place] for place in held]) @ question.T
        begins = np.cumsum([0, *lengths[:-1]])
        found[held] = np.maximum.reduceat(cosines, begins)
    return found


def max_sims(question: Vectors, texts: Sequence[Vectors]) -> NDArray[np.float64]:
    """Late interaction: the best match of each question token in each text, summed; shape (n,).

    0 where the question or the text has no tokens.
    """
    return np.asarray(best_matches(question, texts).sum(axis=1, dtype=np.float64))


def load_reader() -> ReadingEncoder:
    """The reading encoder; raises ModelError where its files are not the pinned ones."""
    encoder = load_encoder(IndexConfig(model=str(_FOLDER)))
    if encoder.model_hash != READER_HASH:
        raise ModelError(
            f"{_FOLDER} is not {READER}: its files have the hash {encoder.model_hash}, expected "
            f"{READER_HASH}; mend: install peel-qa again"
        )
    encoder.model_name = READER
    weights = load_file(_FOLDER / "token_weights.safetensors")["weight"]
    return ReadingEncoder(encoder, weights, _load_interaction())


@lru_cache(maxsize=1)
def shared_reader() -> ReadingEncoder:
    """The reading encoder, loaded once for all who ask for it so."""
    return load_reader()


def _load_interaction() -> Interaction:
    from safetensors.torch import load_file as load_tensors

    from rag.interaction import Interaction

    interaction = Interaction()
    state = load_tensors(_FOLDER / "interaction.safetensors")
    interaction.load_state_dict({name: value.float() for name, value in state.items()})
    return interaction.eval()
