"""SciFact as BEIR has it: which abstracts bear on a scientific claim.

Wadden et al., Fact or Fiction, EMNLP 2020; Thakur et al., BEIR, NeurIPS 2021. A folder holds
``corpus_train.csv`` (doc_id, title, and the abstract's sentences as numpy prints them),
``beir_queries.jsonl`` (_id, text) and ``beir_qrels_test.tsv`` and ``beir_qrels_train.tsv``
(query-id, corpus-id, score). An abstract is searched as one passage under its title, as the
published systems search it.
"""

from __future__ import annotations

import ast
import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from llama_index.core.schema import TextNode

from eval.files import read_json, read_text
from index.chunk import passage_id, to_node
from index.errors import DatasetError
from index.types import Document, Passage

Split = Literal["test", "train"]

CORPUS_FILE: Final = "corpus_train.csv"
QUERIES_FILE: Final = "beir_queries.jsonl"

# A sentence as Python writes a string, in either kind of quotes.
_SENTENCE: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Claim:
    """A query and the ids of the abstracts that bear on it, each with its grade, above 0."""

    id: str
    text: str
    relevant: Mapping[str, int]


@dataclass(frozen=True)
class SciFact:
    """The abstracts as nodes, whose ``document_id`` is the abstract's, and a split's claims."""

    nodes: tuple[TextNode, ...]
    claims: tuple[Claim, ...]


def files(split: Split) -> tuple[str, ...]:
    """The names of the files that a split is read from."""
    return CORPUS_FILE, QUERIES_FILE, _qrels_file(split)


def load_scifact(folder: Path, split: Split) -> SciFact:
    """The abstracts and the claims of a split, in the order of its judgements.

    Raises DatasetError, naming file and line, where a file is missing or malformed, or where
    a judgement names a claim or an abstract that is not there.
    """
    nodes = tuple(_abstracts(folder / CORPUS_FILE))
    known = {node.metadata["document_id"] for node in nodes}
    texts = dict(_queries(folder / QUERIES_FILE))
    judged: dict[str, dict[str, int]] = {}
    qrels = folder / _qrels_file(split)
    for number, row in _rows(qrels, ("query-id", "corpus-id", "score"), "\t"):
        claim, abstract, grade = row["query-id"], row["corpus-id"], row["score"]
        where = f"{qrels}, line {number}"
        if claim not in texts:
            raise DatasetError(f"{where}: {QUERIES_FILE} has no claim {claim!r}; mend one of them")
        if abstract not in known:
            raise DatasetError(f"{where}: {CORPUS_FILE} has no abstract {abstract!r}; mend one")
        if not grade.isascii() or not grade.isdigit():
            raise DatasetError(f"{where}: the score {grade!r} is not a whole number; mend the line")
        if int(grade) > 0:
            judged.setdefault(claim, {})[abstract] = int(grade)
    if not judged:
        raise DatasetError(f"{qrels} judges no abstract relevant; use the benchmark's own file")
    return SciFact(nodes, tuple(Claim(id, texts[id], found) for id, found in judged.items()))


def ndcg(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """nDCG@k of a ranking of ids, in [0, 1], with grades as gains, as trec_eval computes it.

    Järvelin and Kekäläinen, TOIS 2002: a gain at rank r, from 1, counts 1 / log2(r + 1), and
    the sum is a share of that of the best ranking. 0 where nothing is relevant.
    """
    best = _discounted(sorted(relevant.values(), reverse=True)[:k])
    return _discounted([relevant.get(id, 0) for id in ranking[:k]]) / best if best else 0.0


def recall(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """The share of relevant ids among the first k, in [0, 1]; 0 where nothing is relevant."""
    return len(relevant.keys() & set(ranking[:k])) / len(relevant) if relevant else 0.0


def sentences(printed: str) -> list[str]:
    """The strings of a numpy array as it prints itself, such as ``['one' "it's"]``.

    Raises ValueError on anything else.
    """
    inside = printed.strip()
    if not inside.startswith("[") or not inside.endswith("]"):
        raise ValueError("there are no brackets around it")
    found = [ast.literal_eval(literal) for literal in _SENTENCE.findall(inside[1:-1])]
    if rest := _SENTENCE.sub("", inside[1:-1]).strip():
        raise ValueError(f"{rest[:40]!r} is not in quotes")
    return found


def _abstracts(path: Path) -> Iterator[TextNode]:
    for number, row in _rows(path, ("doc_id", "title", "abstract"), ","):
        id, title = row["doc_id"], row["title"]
        try:
            text = " ".join(sentence.strip() for sentence in sentences(row["abstract"]))
        except (ValueError, SyntaxError) as error:
            raise DatasetError(
                f"{path}, line {number}: the abstract of {id!r} is not a printed array of "
                f"strings: {error}; use the benchmark's own file"
            ) from error
        document = Document(id, title, path.name, text, "", (), (), ())
        whole = Passage(passage_id(id, 0, len(text)), id, 0, (title,), 0, len(text), text)
        yield to_node(whole, document)


def _queries(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        match read_json(line, where):
            case {"_id": str(id), "text": str(text)}:
                yield id, text
            case _:
                raise DatasetError(f'{where}: a query is {{"_id": "...", "text": "..."}}; mend it')


def _rows(
    path: Path, columns: tuple[str, ...], delimiter: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with the number of the line that each ends on."""
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), delimiter=delimiter)
    try:
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise DatasetError(f"{path}, line 1: there is no column {missing[0]!r}; add it")
        for row in reader:
            if any(row[name] is None for name in columns):
                raise DatasetError(f"{path}, line {reader.line_num}: a cell is missing; add it")
            yield reader.line_num, row
    except csv.Error as error:
        raise DatasetError(f"{path}, line {reader.line_num}: {error}; mend the line") from error


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _qrels_file(split: Split) -> str:
    return f"beir_qrels_{split}.tsv"
