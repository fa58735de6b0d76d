"""LegalBench-RAG's PrivacyQA and ContractNLI: which characters of which document answer.

Pipitone and Houir Alami, LegalBench-RAG, 2024 (arXiv 2408.10343). A folder holds
``benchmarks/privacy_qa.json`` and ``benchmarks/contractnli.json`` (queries with snippets: file
path, span in characters, the words there) and the files under ``corpus/``. All documents of
both sets are one library, chunked as any report is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from llama_index.core.schema import BaseNode, TextNode

from eval.files import read_json, read_text
from eval.gold import Place
from index.chunk import chunk, to_node
from index.config import IndexConfig
from index.errors import DatasetError
from index.parse import read_report
from index.types import Document

SETS: Final = {
    "PrivacyQA": "benchmarks/privacy_qa.json",
    "ContractNLI": "benchmarks/contractnli.json",
}


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the places that answer it, at least one, none of them empty."""

    text: str
    gold: tuple[Place, ...]


@dataclass(frozen=True)
class LegalBench:
    """The documents of both sets by path under ``corpus/``, and the queries by set."""

    documents: Mapping[str, Document]
    queries: Mapping[str, tuple[Query, ...]]

    def nodes(self, config: IndexConfig) -> tuple[TextNode, ...]:
        """The passages of all documents."""
        return tuple(
            to_node(passage, document)
            for document in self.documents.values()
            for passage in chunk(document, config)
        )


def load_legalbench(folder: Path) -> LegalBench:
    """Both sets, with the documents that their snippets name.

    Raises DatasetError where a file is missing or malformed, or where the words at a span are
    not those that the snippet quotes; ReportError where a document cannot be read.
    """
    corpus = folder / "corpus"
    paths = {path.relative_to(corpus).as_posix(): path for path in sorted(corpus.rglob("*.txt"))}
    documents: dict[str, Document] = {}
    queries: dict[str, tuple[Query, ...]] = {}
    for name, file in SETS.items():
        path = folder / file
        data = read_json(read_text(path), str(path))
        if not isinstance(data, dict) or not isinstance(data.get("tests"), list):
            raise DatasetError(f'{path}: this is not {{"tests": [...]}}; use the benchmark\'s file')
        queries[name] = tuple(
            _query(test, f"{path}, test {number}", paths, documents)
            for number, test in enumerate(data["tests"], start=1)
        )
        if not queries[name]:
            raise DatasetError(f"{path} holds no tests; use the benchmark's file")
    return LegalBench(documents, queries)


def place_of(node: BaseNode) -> Place:
    """Where a passage stands."""
    return Place(node.metadata["document_id"], node.metadata["start"], node.metadata["end"])


def precision(found: Sequence[Place], gold: Sequence[Place]) -> float:
    """The share of retrieved characters that gold covers, in [0, 1]; 0 where none is retrieved.

    As in the benchmark, neither the places found nor the gold ones overlap among themselves,
    and white space counts.
    """
    retrieved = sum(place.end - place.start for place in found)
    return _shared(found, gold) / retrieved if retrieved else 0.0


def recall(found: Sequence[Place], gold: Sequence[Place]) -> float:
    """The share of gold characters that were retrieved, in [0, 1]; 0 where there is no gold."""
    wanted = sum(place.end - place.start for place in gold)
    return _shared(found, gold) / wanted if wanted else 0.0


def _shared(found: Sequence[Place], gold: Sequence[Place]) -> int:
    return sum(
        max(0, min(place.end, right.end) - max(place.start, right.start))
        for place in found
        for right in gold
        if place.document_id == right.document_id
    )


def _query(
    test: Any, where: str, paths: Mapping[str, Path], documents: dict[str, Document]
) -> Query:
    match test:
        case {"query": str(text), "snippets": [_, *_] as snippets}:
            return Query(text, tuple(_places(snippets, where, paths, documents)))
        case _:
            raise DatasetError(
                f"{where}: a test has a query and snippets; use the benchmark's file"
            )


def _places(
    snippets: Sequence[Any], where: str, paths: Mapping[str, Path], documents: dict[str, Document]
) -> Iterator[Place]:
    for snippet in snippets:
        match snippet:
            case {"file_path": str(file), "span": [int(start), int(end)], "answer": str(answer)}:
                pass
            case _:
                raise DatasetError(
                    f"{where}: a snippet has a file_path, a span of two numbers and an answer; "
                    "use the benchmark's file"
                )
        if file not in paths:
            raise DatasetError(f"{where}: there is no file {file!r} in the corpus; add it")
        if file not in documents:
            documents[file] = read_report(paths[file], document_id=file)
        if not 0 <= start < end or documents[file].text[start:end] != answer:
            raise DatasetError(
                f"{where}: {file} does not say {answer[:60]!r} at {start} to {end}; use the "
                "corpus as it was published, its line ends as they are"
            )
        yield Place(file, start, end)
