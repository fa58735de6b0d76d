"""Fixtures that cost seconds and are therefore made once: the encoder and a built library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.config import IndexConfig
from index.reports import bundled_report

if TYPE_CHECKING:
    from index.embed import Encoder
    from index.library import Library


@pytest.fixture(scope="session")
def report_path() -> Path:
    """The file of the bundled report."""
    return bundled_report()


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled model, loaded."""
    from index.embed import load_encoder

    return load_encoder(IndexConfig())


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Encoder:
    """A real sentence-transformers model that is fast: one layer of random weights."""
    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel

    from index.embed import load_encoder

    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    settings = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertModel(settings).save_pretrained(folder / "bert")
    encoder._model.tokenizer.save_pretrained(folder / "bert")
    transformer = models.Transformer(str(folder / "bert"))
    SentenceTransformer(modules=[transformer, models.Pooling(32)]).save(str(folder / "tiny"))
    return load_encoder(IndexConfig(model=str(folder / "tiny")))


@pytest.fixture(scope="session")
def library(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, report_path: Path
) -> Library:
    """A library that holds the bundled report; tests read it and never change it."""
    from index.library import Library

    path = tmp_path_factory.mktemp("library")
    return Library.create(path, IndexConfig(), encoder, [report_path])
