"""The encoder that reads: the trained one that the package carries."""

from __future__ import annotations

from index.config import BUNDLED_MODEL, IndexConfig
from index.embed import Encoder, load_encoder


def load_reader(indexer: Encoder) -> Encoder:
    """The reading encoder; the library's own where that is the same model."""
    if indexer.model_name == BUNDLED_MODEL:
        return indexer
    return load_encoder(IndexConfig())
