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
def library(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, report_path: Path
) -> Library:
    """A library that holds the bundled report; tests read it and never change it."""
    from index.library import Library

    path = tmp_path_factory.mktemp("library")
    return Library.create(path, IndexConfig(), encoder, [report_path])
