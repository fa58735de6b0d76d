"""Fixtures that cost seconds and are therefore made once: the encoder and a built library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.config import IndexConfig
from index.reports import bundled_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from index.embed import Encoder
    from index.library import Library
    from rag.pipeline import ReportQA


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


@pytest.fixture(scope="session")
def qa(library: Library) -> ReportQA:
    """A pipeline over the bundled report, all that it needs loaded."""
    from rag.pipeline import ReportQA

    qa = ReportQA(library)
    qa.warm()
    return qa


@pytest.fixture(scope="session")
def address(library: Library) -> Iterator[str]:
    """The chat over the bundled report, served; its pipeline can be held, see ``Paused``."""
    from served import Paused, served

    qa = Paused(library)
    qa.gate.set()
    qa.ask("When was the report last updated?")  # loads what is loaded on first use
    with served(qa) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium of this machine."""
    from playwright.sync_api import sync_playwright
    from served import ARGUMENTS, TIMEOUT_MS, chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(ARGUMENTS), timeout=TIMEOUT_MS
        )
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser profile of its own, on a desktop or, by ``at_every_size``, three screens."""
    from served import DESKTOP

    context = browser.new_context(viewport=getattr(request, "param", DESKTOP))
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must end without an error and without a request to another host."""
    from served import watched

    yield from watched(context.new_page())
