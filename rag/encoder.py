"""The encoder that reads: all-MiniLM-L6-v2 trained further, carried by the package."""

from __future__ import annotations

from pathlib import Path

from index.config import IndexConfig
from index.embed import Encoder, load_encoder
from index.errors import ModelError

READER = "peel-reader-1"
_FOLDER = Path(__file__).parent / "models" / "reader"
_HASH = "fdd4315db1e1f763a199d6ed005c5d411f39033b458cb2f323ed652ed67753aa"


def load_reader() -> Encoder:
    """The reading encoder; raises ModelError where its files are not the pinned ones."""
    encoder = load_encoder(IndexConfig(model=str(_FOLDER)))
    if encoder.model_hash != _HASH:
        raise ModelError(
            f"{_FOLDER} is not {READER}: its files have the hash {encoder.model_hash}, expected "
            f"{_HASH}; mend: install peel-qa again"
        )
    encoder.model_name = READER
    return encoder
