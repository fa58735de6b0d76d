"""Public benchmarks in small: the formats as published, the scores by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval import legalbench, scifact
from eval.anchors import Anchors, measure, write_anchors
from eval.anchors_text import anchors_text
from eval.gold import Place
from index.embed import Encoder
from index.errors import DatasetError
from ui.cli import app

ABSTRACTS = """doc_id,title,abstract,structured
11,Aspirin,"['Aspirin lowers the risk of stroke.'
 ""Nobody's headache lasted.""]",False
12,Cats,"['Felines purr while they sleep.']",False
13,Steel,"['Bridges of steel rust in rain.'
 'Paint helps.']",True
"""
# The second asks for what only one abstract says in the same words.
QUERIES = """{"_id": "1", "text": "Aspirin prevents stroke", "metadata": {}}

{"_id": "2", "text": "Purring felines", "metadata": {}}
{"_id": "3", "text": "Rust on steel bridges", "metadata": {}}
"""
TEST = "query-id\tcorpus-id\tscore\r\n1\t11\t1\r\n2\t11\t1\r\n2\t12\t1\r\n2\t13\t1\r\n"
TRAIN = "query-id\tcorpus-id\tscore\r\n3\t13\t1\r\n3\t12\t0\r\n"

SECRETS = "The parties keep secrets for five years."
LAW = "The law of Kenya governs this agreement."
COOKIES = "We set cookies to remember your language."
NDA = f"Non-disclosure agreement\r\n\r\n{SECRETS}\r\n\r\n{LAW}\r\n"
POLICY = f"Privacy policy\n\n{COOKIES}\n"


def _test(query: str, file: str, text: str, *answers: str) -> dict[str, object]:
    snippets = [
        {"file_path": file, "span": [text.index(a), text.index(a) + len(a)], "answer": a}
        for a in answers
    ]
    return {"query": query, "snippets": snippets}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three abstracts with three claims, and two documents with a question each."""
    science, legal = tmp_path / "scifact", tmp_path / "legalbenchrag"
    _write(science / "corpus_train.csv", ABSTRACTS)
    _write(science / "beir_queries.jsonl", QUERIES)
    _write(science / "beir_qrels_test.tsv", TEST)
    _write(science / "beir_qrels_train.tsv", TRAIN)
    _write(legal / "corpus/contractnli/nda.txt", NDA)
    _write(legal / "corpus/privacy_qa/policy.txt", POLICY)
    asked = _test("how long are secrets kept by the parties", "contractnli/nda.txt", NDA, "five")
    _write(legal / "benchmarks/contractnli.json", json.dumps({"tests": [asked]}))
    asked = _test("why do you set cookies", "privacy_qa/policy.txt", POLICY, COOKIES)
    _write(legal / "benchmarks/privacy_qa.json", json.dumps({"tests": [asked]}))
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def test_ndcg_is_that_of_the_definition() -> None:
    relevant = {"a": 1, "b": 1}
    best = 1 + 1 / math.log2(3)
    assert scifact.ndcg(["a", "b", "c"], relevant, 10) == pytest.approx(1)
    assert scifact.ndcg(["c", "a", "d", "b"], relevant, 10) == pytest.approx(
        (1 / math.log2(3) + 1 / math.log2(5)) / best
    )
    assert scifact.ndcg(["c", "a", "d", "b"], relevant, 2) == pytest.approx(
        (1 / math.log2(3)) / best
    )
    assert scifact.ndcg(["b", "a"], {"a": 3, "b": 1}, 1) == pytest.approx(1 / 3)
    assert scifact.ndcg([], relevant, 10) == 0
    assert scifact.ndcg(["a"], {}, 10) == 0


def test_recall_counts_what_is_relevant() -> None:
    assert scifact.recall(["c", "a", "b"], {"a": 1, "b": 1}, 2) == 0.5
    assert scifact.recall(["a"], {}, 10) == 0


def test_sentences_are_read_as_numpy_prints_them() -> None:
    assert scifact.sentences("['one'\n \"it's\" 'a \\'b\\' c']") == ["one", "it's", "a 'b' c"]
    assert scifact.sentences("[]") == []
    for wrong in ("one", "['one' two]", "[1 2]"):
        with pytest.raises(ValueError, match=r"brackets|quotes"):
            scifact.sentences(wrong)


def test_scifact_is_read_as_published(data: Path) -> None:
    loaded = scifact.load_scifact(data / "scifact", "test")
    assert [(claim.id, dict(claim.relevant)) for claim in loaded.claims] == [
        ("1", {"11": 1}),
        ("2", {"11": 1, "12": 1, "13": 1}),
    ]
    assert [node.metadata["document_id"] for node in loaded.nodes] == ["11", "12", "13"]
    assert loaded.nodes[0].get_content() == (
        "Aspirin lowers the risk of stroke. Nobody's headache lasted."
    )
    train = scifact.load_scifact(data / "scifact", "train")
    assert [(claim.text, dict(claim.relevant)) for claim in train.claims] == [
        ("Rust on steel bridges", {"13": 1})
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("beir_qrels_test.tsv", "1\t11", "9\t11", "line 2: beir_queries.jsonl has no claim '9'"),
        ("beir_qrels_test.tsv", "1\t11", "1\t99", "line 2: corpus_train.csv has no abstract '99'"),
        ("beir_qrels_test.tsv", "11\t1", "11\tx", "line 2: the score 'x' is not a whole number"),
        ("beir_qrels_test.tsv", "2\t13\t1", "2\t13", "line 5: a cell is missing"),
        ("beir_qrels_test.tsv", TEST[26:], "", "judges no abstract relevant"),
        ("beir_queries.jsonl", '"_id": "1"', '"_id": 1', "line 1: a query is"),
        ("corpus_train.csv", "doc_id", "id", "there is no column 'doc_id'"),
        ("corpus_train.csv", "['Felines", "[Felines", "line 4: the abstract of '12'"),
    ],
)
def test_what_scifact_is_not_is_refused(
    data: Path, file: str, old: str, new: str, message: str
) -> None:
    path = data / "scifact" / file
    text = path.read_bytes().decode()
    assert old in text
    _write(path, text.replace(old, new, 1))
    with pytest.raises(DatasetError, match=message):
        scifact.load_scifact(data / "scifact", "test")


def test_legalbench_counts_characters() -> None:
    gold = [Place("a", 10, 20), Place("b", 0, 10)]
    found = [Place("a", 0, 15), Place("a", 15, 40), Place("c", 0, 10)]
    assert legalbench.precision(found[:1], gold) == pytest.approx(5 / 15)
    assert legalbench.precision(found, gold) == pytest.approx(10 / 50)
    assert legalbench.recall(found[:1], gold) == pytest.approx(5 / 20)
    assert legalbench.recall(found, gold) == pytest.approx(10 / 20)
    assert legalbench.precision([], gold) == legalbench.recall([], gold) == 0
    assert legalbench.recall(found, []) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"span": [0, 4]}, "test 1: contractnli/nda.txt does not say 'five' at 0 to 4"),
        ({"span": [-4, 4]}, "does not say 'five' at -4 to 4"),
        ({"file_path": "../secret.txt"}, "there is no file '../secret.txt' in the corpus"),
        ({"span": "0-4"}, "test 1: a snippet has"),
    ],
)
def test_snippets_that_do_not_stand_there_are_refused(
    data: Path, change: dict[str, object], message: str
) -> None:
    test = _test("how long", "contractnli/nda.txt", NDA, "five")
    test["snippets"][0].update(change)  # type: ignore[index]
    path = data / "legalbenchrag/benchmarks/contractnli.json"
    _write(path, json.dumps({"tests": [test]}))
    with pytest.raises(DatasetError, match=message):
        legalbench.load_legalbench(data / "legalbenchrag")


@pytest.mark.parametrize("tests", ["{}", '{"tests": []}', '{"tests": [{"query": "x"}]}'])
def test_what_legalbench_is_not_is_refused(data: Path, tests: str) -> None:
    _write(data / "legalbenchrag/benchmarks/privacy_qa.json", tests)
    with pytest.raises(DatasetError, match=r"privacy_qa\.json"):
        legalbench.load_legalbench(data / "legalbenchrag")


@pytest.fixture
def anchors(data: Path, encoder: Encoder) -> Anchors:
    return measure(data, encoder=encoder)


def test_the_searches_are_scored_by_hand(anchors: Anchors) -> None:
    science, privacy, contracts = anchors.benchmarks
    assert (science.name, science.queries, science.documents) == ("SciFact", 2, 3)
    # BM25 finds one of the three that are relevant to the second claim, the others all of them.
    one_of_three = 1 / (1 + 1 / math.log2(3) + 1 / 2)
    for system, second in (("dense", 1.0), ("BM25", one_of_three), ("hybrid", 1.0)):
        gain = science.scores[system]["ndcg@10"]  # type: ignore[index]
        assert gain.value == pytest.approx((1 + second) / 2, abs=1e-6)
        assert gain.low == pytest.approx(min(1, second), abs=1e-6)
        assert gain.n == 2
    assert science.scores["BM25"]["recall@100"].value == pytest.approx(2 / 3, abs=1e-6)

    assert (contracts.name, contracts.queries, contracts.passages) == ("ContractNLI", 1, 3)
    total = len(SECRETS) + len(LAW) + len(COOKIES)
    for system in ("dense", "hybrid"):
        metrics = contracts.scores[system]  # type: ignore[index]
        assert metrics["precision@1"].value == pytest.approx(len("five") / len(SECRETS), abs=1e-6)
        assert metrics["precision@4"].value == pytest.approx(len("five") / total, abs=1e-6)
        assert metrics["recall@1"].value == metrics["recall@64"].value == 1
    assert privacy.scores["BM25"]["precision@64"].value == 1


def test_the_record_says_what_was_run(anchors: Anchors, encoder: Encoder, tmp_path: Path) -> None:
    assert anchors.command == "peel eval anchors DATA_DIR"
    assert anchors.settings["model_sha256"] == encoder.model_hash
    assert len(anchors.files) == 5
    write_anchors(anchors, tmp_path / "out.json")
    saved = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert saved["benchmarks"][0]["scores"]["hybrid"]["ndcg@10"]["value"] == 1.0
    assert saved["versions"]["torch"]


def test_the_table_shows_what_others_published(anchors: Anchors) -> None:
    lines = anchors_text(anchors).splitlines()
    assert "SciFact, test: 2 queries, 3 documents" in lines
    (line,) = (line for line in lines if line.startswith("| all-MiniLM-L6-v2 (MTEB)"))
    assert "0.645" in line
    (line,) = (line for line in lines if line.startswith("| hybrid, here"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["hybrid, here", "1.000", "1.000 to 1.000", "1.000", "1.000"]
    assert "ContractNLI, all: 1 query, 2 documents in 3 passages" in lines


def test_one_benchmark_and_split_may_be_chosen(data: Path, encoder: Encoder) -> None:
    found = measure(data, "scifact", "train", encoder)
    assert found.command == "peel eval anchors DATA_DIR --only scifact --split train"
    (science,) = found.benchmarks
    assert science.scores["hybrid"]["ndcg@10"].value == 1.0
    assert science.published == ()
    assert [b.name for b in measure(data, "legalbench", encoder=encoder).benchmarks] == [
        "PrivacyQA",
        "ContractNLI",
    ]


def test_a_missing_benchmark_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no folder 'scifact'"):
        measure(tmp_path)


def test_the_command_prints_the_table_and_writes_the_file(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "anchors.json"
    arguments = ["eval", "anchors", str(data), "--only", "scifact", "--out", str(out)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "| hybrid, here" in done.stdout
    assert json.loads(out.read_text(encoding="utf-8"))["benchmarks"][0]["queries"] == 2
