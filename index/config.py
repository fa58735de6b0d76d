"""How reports are read, chunked and embedded; its fingerprint is saved with every library."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass

BUNDLED_MODEL = "all-MiniLM-L6-v2"


@dataclass(frozen=True)
class IndexConfig:
    """What decides the content of an index; two libraries agree where these agree.

    ``model`` is ``all-MiniLM-L6-v2`` (carried by an installed package, checked by hash) or
    the name or path of any sentence-transformers model. ``reader_version`` changes whenever
    the parsers or the chunker give other results for the same file.
    """

    model: str = BUNDLED_MODEL
    metric: str = "cosine"
    passage_words: int = 110
    reader_version: int = 2

    @classmethod
    def from_env(cls) -> IndexConfig:
        """The defaults, with the model named by ``PEEL_MODEL`` where that is set."""
        return cls(model=os.environ.get("PEEL_MODEL") or BUNDLED_MODEL)

    def fingerprint(self) -> str:
        """The SHA-256 of the settings, 64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
