"""Vectors that take long to make, kept beside the library between runs."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embed import Encoder, Vectors

CARRIED = Path(__file__).parent / "models" / "vectors"

_log = logging.getLogger(__name__)


def cached_vectors(texts: Sequence[str], encoder: Encoder, folder: Path) -> Vectors:
    """The normalised vectors of texts, shape (len(texts), dimension), float32.

    They are kept in half precision in ``folder``, named by the SHA-256 over model and texts,
    so that nothing stale is ever read; a file that is not what it should be is made anew, and
    a folder that cannot be written to costs only the time. The package carries those of the
    bundled report.
    """
    key = hashlib.sha256("\0".join([encoder.model_hash, *texts]).encode()).hexdigest()
    path, shape = folder / f"{key}.npy", (len(texts), encoder.dimension)
    vectors = _load(path, shape)
    if vectors is None:
        vectors = _load(CARRIED / path.name, shape)
    if vectors is None:
        vectors = encoder.encode(texts).astype(np.float16)
        _save(path, vectors)
    return vectors.astype(np.float32)


def _load(path: Path, shape: tuple[int, int]) -> np.ndarray | None:
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    if vectors.shape != shape or vectors.dtype != np.float16:
        return None
    return np.asarray(vectors) if np.isfinite(vectors).all() else None


def _save(path: Path, vectors: np.ndarray) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            np.save(file, vectors, allow_pickle=False)
        os.replace(file.name, path)
    except OSError as error:
        _log.warning("vectors are not kept for the next start: %s", error)
