"""The retriever measured on public benchmarks, beside figures that others have published.

SciFact is judged by nDCG@10 and recall (``eval.scifact``), PrivacyQA and ContractNLI by
characters (``eval.legalbench``). The searches are the product's own with its default settings.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal

from llama_index.core.schema import TextNode

from eval import legalbench, scifact
from eval.files import write_text
from eval.searches import SYSTEMS, OnProgress, Searches, System
from eval.stats import CONFIDENCE_LEVEL, RESAMPLES, SEED, Estimate, estimate
from index.config import IndexConfig
from index.embed import Encoder, load_encoder
from index.errors import DatasetError
from rag.config import RagConfig

Which = Literal["scifact", "legalbench"]

RANKS: Final = (1, 2, 4, 8, 16, 32, 64)
DEPTH: Final = 100

_FOLDERS: Final[dict[Which, str]] = {"scifact": "scifact", "legalbench": "legalbenchrag"}
_PACKAGES: Final = (
    "peel-qa", "torch", "sentence-transformers", "faiss-cpu", "bm25s", "PyStemmer", "numpy",
    "llama-index-core",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of another system on the same queries, and who reports it."""

    system: str
    ndcg_at_10: float
    source: str


PUBLISHED: Final = (
    Published("all-MiniLM-L6-v2", 0.645, "MTEB"),
    Published("BM25, title and text as fields", 0.665, "Anserini, BEIR"),
    Published("BM25, one field", 0.679, "Anserini, BEIR"),
    Published("BM25 (bm25s)", 0.687, "MTEB"),
    Published("SPLADE", 0.704, "Anserini, BEIR"),
    Published("bge-small-en-v1.5", 0.713, "MTEB"),
)


@dataclass(frozen=True)
class Benchmark:
    """What was measured on one set of queries: for each system, each metric over the queries."""

    name: str
    split: str
    queries: int
    documents: int
    passages: int
    scores: dict[System, dict[str, Estimate]]
    published: tuple[Published, ...] = ()


@dataclass(frozen=True)
class Anchors:
    """A measurement: its benchmarks, and all that is needed to repeat it.

    ``files`` has the SHA-256 of every file of queries and judgements by name; ``settings`` are
    those of model, chunker and retriever; ``seconds`` is the whole measurement's wall time.
    """

    command: str
    date: str
    seconds: float
    versions: dict[str, str]
    settings: dict[str, Any]
    files: dict[str, str]
    benchmarks: tuple[Benchmark, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        bootstrap = {"level": CONFIDENCE_LEVEL, "resamples": RESAMPLES, "seed": SEED}
        return {"format": 1, **asdict(self), "bootstrap": bootstrap}


def measure(
    data: Path,
    only: Which | None = None,
    split: scifact.Split = "test",
    encoder: Encoder | None = None,
    on_progress: OnProgress | None = None,
) -> Anchors:
    """Run the benchmarks that lie in a folder, as ``scifact`` and ``legalbenchrag``.

    ``only`` picks one of them; ``split`` says which claims of SciFact are asked: tune on
    "train". ``encoder`` is loaded where none is given. Raises DatasetError where a benchmark
    is missing or malformed, ModelError where the model cannot be loaded.
    """
    began = time.perf_counter()
    folders = {which: data / name for which, name in _FOLDERS.items() if only in (None, which)}
    for folder in folders.values():
        if not folder.is_dir():
            raise DatasetError(f"{data} has no folder {folder.name!r}; name the one that holds it")
    claims = scifact.load_scifact(folders["scifact"], split) if "scifact" in folders else None
    legal = legalbench.load_legalbench(folders["legalbench"]) if "legalbench" in folders else None
    index_config, config = IndexConfig.from_env(), RagConfig()
    encoder = encoder or load_encoder(index_config)
    report = on_progress or (lambda _what, _done, _total: None)
    benchmarks: list[Benchmark] = []
    if claims:
        benchmarks.append(_scifact(claims, split, encoder, config, report))
    if legal:
        nodes = legal.nodes(index_config)
        benchmarks += _legalbench(legal, nodes, encoder, config, report)
    return Anchors(
        command=_command(only, split),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        seconds=round(time.perf_counter() - began, 1),
        versions={
            "python": platform.python_version(),
            **{package: metadata.version(package) for package in _PACKAGES},
        },
        settings=_settings(encoder, index_config, config),
        files=dict(_hashes(folders, split)),
        benchmarks=tuple(benchmarks),
    )


def write_anchors(anchors: Anchors, path: Path) -> None:
    """Write a measurement as JSON; raises DatasetError where it cannot be written."""
    write_text(path, json.dumps(anchors.to_dict(), ensure_ascii=False, indent=1) + "\n")


def _scifact(
    loaded: scifact.SciFact,
    split: scifact.Split,
    encoder: Encoder,
    config: RagConfig,
    report: OnProgress,
) -> Benchmark:
    searches = Searches.build(loaded.nodes, encoder, config, DEPTH, _stage(report, "SciFact"))
    scores = _Scores()
    for done, claim in enumerate(loaded.claims, start=1):
        for system, nodes in searches.rank(claim.text).items():
            ranking = [node.metadata["document_id"] for node in nodes]
            scores.add(system, "ndcg@10", scifact.ndcg(ranking, claim.relevant, 10))
            scores.add(system, "recall@10", scifact.recall(ranking, claim.relevant, 10))
            scores.add(system, "recall@100", scifact.recall(ranking, claim.relevant, 100))
        report("SciFact, asking", done, len(loaded.claims))
    return Benchmark(
        "SciFact",
        split,
        len(loaded.claims),
        len(loaded.nodes),
        len(loaded.nodes),
        scores.estimates(),
        PUBLISHED if split == "test" else (),
    )


def _legalbench(
    loaded: legalbench.LegalBench,
    nodes: Sequence[TextNode],
    encoder: Encoder,
    config: RagConfig,
    report: OnProgress,
) -> list[Benchmark]:
    stage = _stage(report, "LegalBench-RAG")
    searches = Searches.build(nodes, encoder, config, max(RANKS), stage)
    benchmarks = []
    for name, queries in loaded.queries.items():
        scores = _Scores()
        for done, query in enumerate(queries, start=1):
            for system, found in searches.rank(query.text).items():
                places = [legalbench.place_of(node) for node in found]
                for k in RANKS:
                    first = places[:k]
                    scores.add(system, f"precision@{k}", legalbench.precision(first, query.gold))
                    scores.add(system, f"recall@{k}", legalbench.recall(first, query.gold))
            report(f"{name}, asking", done, len(queries))
        benchmarks.append(
            Benchmark(
                name, "all", len(queries), len(loaded.documents), len(nodes), scores.estimates()
            )
        )
    return benchmarks


class _Scores:
    """The scores of queries, by system and metric."""

    def __init__(self) -> None:
        self._values: dict[System, dict[str, list[float]]] = {system: {} for system in SYSTEMS}

    def add(self, system: System, metric: str, value: float) -> None:
        self._values[system].setdefault(metric, []).append(value)

    def estimates(self) -> dict[System, dict[str, Estimate]]:
        return {
            system: {
                metric: found
                for metric, values in metrics.items()
                if (found := estimate(values)) is not None
            }
            for system, metrics in self._values.items()
        }


def _stage(report: OnProgress, name: str) -> Callable[[int, int], None]:
    return lambda done, total: report(f"{name}, embedding", done, total)


def _command(only: Which | None, split: scifact.Split) -> str:
    words = ["peel eval anchors DATA_DIR"]
    if only:
        words.append(f"--only {only}")
    if split != "test":
        words.append(f"--split {split}")
    return " ".join(words)


def _settings(encoder: Encoder, index_config: IndexConfig, config: RagConfig) -> dict[str, Any]:
    return {
        "model": encoder.model_name,
        "model_sha256": encoder.model_hash,
        "passage_words": index_config.passage_words,
        "reader_version": index_config.reader_version,
        "bm25_k1": config.bm25_k1,
        "bm25_b": config.bm25_b,
        "dense_weight": config.dense_weight,
    }


def _hashes(folders: Mapping[Which, Path], split: scifact.Split) -> Iterator[tuple[str, str]]:
    names = {"scifact": scifact.files(split), "legalbench": tuple(legalbench.SETS.values())}
    for which, folder in folders.items():
        for name in names[which]:
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            yield f"{folder.name}/{name}", digest
