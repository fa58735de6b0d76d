"""Texts into vectors, by a sentence-transformers model whose weights are verified."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from numpy.typing import NDArray

from index.config import BUNDLED_MODEL, IndexConfig
from index.errors import ModelError
from index.weights import find_model, first_line

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

_log = logging.getLogger(__name__)

_BATCH = 32


class Encoder(BaseEmbedding):
    """A loaded sentence-transformers model as LlamaIndex sees it; safe to share by threads.

    Every vector has ``dimension`` numbers, float32, and length 1. ``model_hash`` is that
    of the model's files, see ``index.weights``.
    """

    model_hash: str
    dimension: int
    _model: SentenceTransformer = PrivateAttr()
    # A tokenizer keeps its truncation as state: two threads would cut each other's texts, or not.
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, model: SentenceTransformer, *, name: str, model_hash: str) -> None:
        super().__init__(
            model_name=name,
            embed_batch_size=_BATCH,
            model_hash=model_hash,
            dimension=model.get_embedding_dimension(),
        )
        self._model = model

    @classmethod
    def class_name(cls) -> str:
        return "Encoder"

    def encode(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        """The vectors of passages, shape (n, dimension).

        ``on_progress`` is told how many texts of how many are done, after each batch. Texts
        longer than the model reads are cut, with one warning in the log.
        """
        texts = [_encodable(text) for text in texts]
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        cut = done = 0
        for places in _batches(texts):
            batch = [texts[place] for place in places]
            with self._lock:
                cut += self._count_cut(batch)
                rows[places] = self._model.encode_document(
                    batch, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
                )
            done += len(batch)
            if on_progress:
                on_progress(done, len(texts))
        self._warn_of_cut(cut, len(texts))
        return rows

    def encode_query(self, query: str) -> Vectors:
        """The vector of a question, shape (dimension,)."""
        text = _encodable(query)
        with self._lock, threads_for(1):
            cut = self._count_cut([text])
            vector = self._model.encode_query(
                text, normalize_embeddings=True, show_progress_bar=False
            )
        self._warn_of_cut(cut, 1)
        return np.asarray(vector, dtype=np.float32)

    def token_vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """The vectors of each text's tokens, shape (tokens, dimension), rows of length 1.

        Special tokens and padding are left out; a text without tokens gives shape
        (0, dimension). Raises ModelError where the model has no vectors for single tokens.
        """
        return [tokens for _, tokens in self._read(texts)]

    def read_query(self, query: str) -> tuple[Vectors, Vectors]:
        """A question's vector, as of ``encode_query``, and its ``token_vectors``, in one pass.

        For models that read questions and passages alike, without a prompt.
        """
        return self._read([query])[0]

    def _read(self, texts: Sequence[str]) -> list[tuple[Vectors, Vectors]]:
        texts = [_encodable(text) for text in texts]
        found: dict[int, tuple[Vectors, Vectors]] = {}
        cut = 0
        for places in _batches(texts):
            batch = [texts[place] for place in places]
            with self._lock, threads_for(len(batch)):
                cut += self._count_cut(batch)
                features = self._model.encode(
                    batch,
                    batch_size=_BATCH,
                    output_value=None,
                    convert_to_numpy=False,
                    show_progress_bar=False,
                )
                special = set(getattr(self._model.tokenizer, "all_special_ids", ()))
            for place, item in zip(places, features, strict=True):
                found[place] = (_pooled(item), self._tokens(item, special))
        self._warn_of_cut(cut, len(texts))
        return [found[place] for place in range(len(texts))]

    def _tokens(self, features: Any, special: set[int]) -> Vectors:
        if "token_embeddings" not in features or "input_ids" not in features:
            raise ModelError(
                f"model {self.model_name!r} gives no vectors for single tokens; "
                f"choose another with PEEL_MODEL, or unset it to use {BUNDLED_MODEL}"
            )
        keep = features["attention_mask"].bool().cpu().numpy()
        keep &= ~np.isin(features["input_ids"].cpu().numpy(), list(special))
        return _unit_length(features["token_embeddings"].float().cpu().numpy()[keep])

    def _count_cut(self, texts: list[str]) -> int:
        """How many of the texts have more tokens than the model reads."""
        limit = self._model.max_seq_length
        if limit is None or limit == math.inf:
            return 0
        tokens = self._model.tokenizer(texts, truncation=False, verbose=False)["input_ids"]
        return sum(len(ids) > limit for ids in tokens)

    def _warn_of_cut(self, cut: int, total: int) -> None:
        if cut:
            _log.warning(
                "%d of %d texts are longer than the %s tokens that %s reads; the rest was not read",
                cut, total, self._model.max_seq_length, self.model_name,
            )  # fmt: skip

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self.encode_query(query).tolist()
        return vector

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)


def load_encoder(config: IndexConfig) -> Encoder:
    """The model that ``config.model`` names, loaded from verified local files.

    Raises ModelError where it cannot be found or loaded, or is not the pinned one.
    """
    folder, digest = find_model(config)
    from sentence_transformers import SentenceTransformer

    try:
        with _quiet():
            model = SentenceTransformer(
                str(folder),
                trust_remote_code=False,
                local_files_only=True,
                # Weights kept in half precision are slow on a CPU.
                model_kwargs={"use_safetensors": True, "dtype": "float32"},
            )
    # A model folder is anyone's files; what they make the libraries raise cannot be listed.
    except Exception as error:
        raise ModelError(
            f"model {config.model!r} cannot be loaded: {first_line(error)}; "
            f"set PEEL_MODEL to another one, or unset it to use {BUNDLED_MODEL}"
        ) from error
    return Encoder(model, name=config.model, model_hash=digest)


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """The places of the texts in batches of like length, as a batch costs what its longest does."""
    places = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    for start in range(0, len(places), _BATCH):
        yield places[start : start + _BATCH]


def _pooled(features: Any) -> Vectors:
    return _unit_length(features["sentence_embedding"].float().cpu().numpy())


def _unit_length(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


@contextmanager
def threads_for(texts: int) -> Iterator[None]:
    """Torch with one thread for one text: more gain little and wait for a busy machine."""
    if texts > 1:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Load without progress bars on stderr."""
    from transformers.utils import logging as transformers_logging

    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _encodable(text: str) -> str:
    """The text with lone surrogates, which no tokenizer takes, replaced by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
