"""The reader, the written questions and the composition of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.schema import NodeWithScore, QueryBundle

from eval.dataset import load_set
from index.chunk import chunk, to_node
from index.config import IndexConfig
from index.embed import Encoder
from index.enrich import questions_file
from index.errors import ModelError
from index.parse import parse_text, read_report
from index.reports import bundled_report
from index.types import Answered, Document, Span, Unanswered, Unit
from rag import encoder as reader_encoder
from rag.answerable import (
    Answerability,
    Signals,
    missing_words,
    own_words,
    signals,
    vocabulary,
)
from rag.cite import fault_of
from rag.compose import lines, select, select_items
from rag.config import RagConfig
from rag.encoder import READER, ReadingEncoder, load_reader
from rag.intent import INSPECTED, LIST, QuestionKind
from rag.leaning import leaned_on, leans
from rag.questions import Match, QuestionIndex, covered
from rag.read import Evidence, EvidenceReader
from rag.vectors import cached_vectors

CONFIG = RagConfig()
TEXT = """Fenwick Police

How good are its dogs?

The force has nine dogs and they are well trained. Its kennels are old. Strengths include:

  • quick searches; and
  • calm handlers.

However, the force should:

  • buy two vans;
  • train a vet; and
  • rest the dogs.
"""


@pytest.fixture(scope="module")
def reading() -> ReadingEncoder:
    return load_reader()


@pytest.fixture(scope="module")
def reader(reading: ReadingEncoder) -> Encoder:
    return reading.encoder


@pytest.fixture(scope="module")
def fenwick() -> Document:
    return parse_text(TEXT, document_id="fenwick", source="fenwick.txt")


def unit(document: Document, words: str) -> Unit:
    return next(unit for unit in document.units if document.quote(unit).startswith(words))


def passages(document: Document) -> list[NodeWithScore]:
    return [
        NodeWithScore(node=to_node(passage, document), score=1.0)
        for passage in chunk(document, IndexConfig())
    ]


def quotes(evidence: list[Evidence]) -> list[str]:
    return [item.text for item in evidence]


def test_the_sentence_that_answers_is_read_first(
    reading: ReadingEncoder, fenwick: Document
) -> None:
    found = EvidenceReader({"fenwick": fenwick}, reading, CONFIG)
    evidence = found.read("how many dogs are there", passages(fenwick))
    assert evidence[0].text == "The force has nine dogs and they are well trained."
    assert evidence[0].score == 1.0
    scores = [item.score for item in evidence]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_headings_and_lead_ins_are_not_read_alone(
    reading: ReadingEncoder, fenwick: Document
) -> None:
    found = EvidenceReader({"fenwick": fenwick}, reading, CONFIG)
    texts = quotes(found.read("what should the force do", passages(fenwick)))
    assert len(texts) == 7
    assert not [text for text in texts if text.endswith((":", "?"))]


def test_votes_lift_a_unit(reading: ReadingEncoder, fenwick: Document) -> None:
    found = EvidenceReader({"fenwick": fenwick}, reading, CONFIG)
    start = unit(fenwick, "rest the dogs").start
    match = Match(votes={("fenwick", start): 1.0}, answered=1.0, trust=1.0)
    evidence = found.read("how many dogs are there", passages(fenwick), match)
    assert evidence[0].text == "rest the dogs."
    assert evidence[0].score >= 1 - CONFIG.late_weight
    assert evidence[1].score == pytest.approx(CONFIG.late_weight)


def test_reading_a_second_time_gives_the_same(reading: ReadingEncoder, fenwick: Document) -> None:
    found = EvidenceReader({"fenwick": fenwick}, reading, CONFIG)
    first = found.read("are the kennels new", passages(fenwick))
    assert found.read("are the kennels new", passages(fenwick)) == first


def test_a_reader_is_a_postprocessor_of_llama_index(
    reading: ReadingEncoder, fenwick: Document
) -> None:
    found = EvidenceReader({"fenwick": fenwick}, reading, CONFIG)
    nodes = found.postprocess_nodes(
        passages(fenwick), query_bundle=QueryBundle("are the kennels new")
    )
    best = nodes[0].node
    assert best.get_content() == "Its kennels are old."
    assert fenwick.text[best.metadata["start"] : best.metadata["end"]] == best.get_content()
    with pytest.raises(ValueError, match="query_bundle"):
        found.postprocess_nodes(passages(fenwick))


def evidence_of(document: Document, scores: Mapping[str, float]) -> list[Evidence]:
    found = [Evidence(document, unit(document, words), score) for words, score in scores.items()]
    return sorted(found, key=lambda item: -item.score)


def test_select_keeps_what_scores_nearly_as_well(fenwick: Document) -> None:
    evidence = evidence_of(fenwick, {"The force has": 0.9, "Its kennels": 0.5, "quick": 0.4})
    assert quotes(select(evidence, 0.5, 10)) == [
        "The force has nine dogs and they are well trained.",
        "Its kennels are old.",
    ]
    assert len(select(evidence, 0.5, 1)) == 1
    assert select([], 0.5, 10) == []


def test_a_list_of_which_most_is_chosen_is_given_whole(fenwick: Document) -> None:
    evidence = evidence_of(fenwick, {"buy two": 0.9, "rest the": 0.8, "train a": 0.1})
    assert quotes(select(evidence, 0.5, 10)) == ["buy two vans", "rest the dogs.", "train a vet"]
    one = evidence_of(fenwick, {"buy two": 0.9, "rest the": 0.1, "train a": 0.1})
    assert quotes(select(one, 0.5, 10)) == ["buy two vans"]


def test_a_chosen_lead_in_gives_its_list(fenwick: Document) -> None:
    evidence = evidence_of(fenwick, {"Strengths include": 0.9})
    assert quotes(select(evidence, 0.5, 10)) == ["quick searches", "calm handlers."]


def test_a_sentence_leads_up_to_a_list_where_one_is_wanted(fenwick: Document) -> None:
    evidence = evidence_of(fenwick, {"The force has": 0.9})
    assert len(select(evidence, 0.5, 10)) == 1
    assert quotes(select(evidence, 0.5, 10, wants_list=True))[1:] == [
        "quick searches",
        "calm handlers.",
    ]


def test_items_of_lists_are_chosen_where_the_best_unit_is_one(fenwick: Document) -> None:
    scores = {"buy two": 0.9, "The force has": 0.8, "rest the": 0.7, "quick": 0.1}
    evidence = evidence_of(fenwick, scores)
    assert quotes(select_items(evidence, 0.75, 10)) == [
        "buy two vans",
        "rest the dogs.",
        "train a vet",
    ]
    assert select_items(evidence_of(fenwick, {"Its": 0.9, "quick": 0.8}), 0.75, 10) == []
    assert select_items([], 0.75, 10) == []


def test_bullets_of_a_list_stand_together_under_one_lead_in(fenwick: Document) -> None:
    evidence = evidence_of(fenwick, {"rest the": 0.9, "Its kennels": 0.8, "buy two": 0.7})
    parts, citations = lines(evidence)
    assert [(part.kind, part.text, part.markers) for part in parts] == [
        ("lead_in", "However, the force should:", ()),
        ("bullet", "buy two vans", (1,)),
        ("bullet", "rest the dogs.", (2,)),
        ("sentence", "Its kennels are old.", (3,)),
    ]
    assert [citation.marker for citation in citations] == [1, 2, 3]


@pytest.fixture(scope="module")
def asked(fenwick: Document) -> Document:
    spans = tuple(Span(one.start, one.end) for one in fenwick.units if one.kind == "bullet")
    return replace(
        fenwick,
        answered=(
            Answered(spans[2:], ("what must it do better?", "list its shortcomings")),
            Answered(spans[:2], ("what is it good at?", "name its strong points")),
        ),
        unanswered=(Unanswered("how many cats are there?", "It counts dogs."),),
    )


def test_nearest_questions_vote_for_the_units_that_answer_them(
    reader: Encoder, asked: Document, tmp_path: Path
) -> None:
    index = QuestionIndex([asked], reader, CONFIG, tmp_path)
    match = index.match(reader.encode_query("what are its strong points"))
    good = [("fenwick", one.start) for one in covered(asked, asked.answered[1].spans)]
    bad = [("fenwick", one.start) for one in covered(asked, asked.answered[0].spans)]
    assert len(good) == 2
    assert len(bad) == 3
    assert min(match.votes[key] for key in good) > max(match.votes[key] for key in bad)
    assert match.answered > match.unanswered
    cats = index.match(reader.encode_query("number of cats"))
    assert cats.unanswered > cats.answered
    assert cats.instead == asked.unanswered[0]


def test_a_library_without_questions_matches_nothing(
    reader: Encoder, fenwick: Document, tmp_path: Path
) -> None:
    index = QuestionIndex([fenwick], reader, CONFIG, tmp_path)
    assert index.match(reader.encode_query("anything")) == Match()


def test_a_question_can_be_left_out(reader: Encoder, asked: Document, tmp_path: Path) -> None:
    index = QuestionIndex([asked], reader, CONFIG, tmp_path)
    query = reader.encode_query("what is it good at?")
    assert index.match(query).answered > index.match(query, left_out=2).answered


def test_vectors_are_kept_and_never_stale(reader: Encoder, tmp_path: Path) -> None:
    first = cached_vectors(["a dog", "a cat"], reader, tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.stat().st_mtime_ns
    assert np.array_equal(cached_vectors(["a dog", "a cat"], reader, tmp_path), first)
    assert file.stat().st_mtime_ns == before
    assert not np.array_equal(cached_vectors(["a cat", "a dog"], reader, tmp_path), first)
    assert np.allclose(first, reader.encode(["a dog", "a cat"]), atol=1e-3)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"junk" * 100])
def test_damaged_vectors_are_made_anew(reader: Encoder, tmp_path: Path, damage: bytes) -> None:
    first = cached_vectors(["a dog"], reader, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert np.array_equal(cached_vectors(["a dog"], reader, tmp_path), first)
    assert file.read_bytes() != damage


def test_vectors_that_cannot_be_kept_are_still_given(reader: Encoder, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    assert cached_vectors(["a dog"], reader, blocked).shape == (1, 384)


def test_the_package_carries_the_vectors_of_the_bundled_questions(
    reader: Encoder, tmp_path: Path
) -> None:
    document = read_report(bundled_report())
    index = QuestionIndex([document], reader, CONFIG, tmp_path)
    assert list(tmp_path.iterdir()) == []
    for question in document.answered[0].questions[:2]:
        assert index.match(reader.encode_query(question)).answered > 0.8


def test_the_reader_is_the_pinned_one(reader: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reader.model_name == READER
    monkeypatch.setattr(reader_encoder, "READER_HASH", "0" * 64)
    with pytest.raises(ModelError, match="expected 0000"):
        load_reader()


def test_confidence_rises_with_what_speaks_for_an_answer() -> None:
    weights = Answerability(plain=(2.0, 1.0, 0.0, 0.0, -1.0), indexed=(1.0, 0.0, 2.0, -2.0, 0.0))
    assert weights.probability(Signals(0.5, 0.0)) == 0.5
    assert weights.probability(Signals(0.5, -1.0)) == pytest.approx(1 / (1 + np.e))
    assert weights.probability(Signals(1.0, 0.0, 0.5, 1.0)) == 0.5
    foreign = replace(weights, foreign=3.0)
    assert foreign.probability(Signals(0.5, 0.0), -1.0) == pytest.approx(1 / (1 + np.e**3))
    assert foreign.probability(Signals(0.5, 0.0), 4.0) == 0.5
    assert foreign.probability(Signals(1.0, 0.0, 0.5, 1.0), -1.0) == 0.5
    carried = Answerability.load()
    near, far = Signals(0.8, 2.0, 0.9, 0.4), Signals(0.6, -3.0, 0.5, 0.9)
    assert carried.probability(near) > 0.9 > 0.5 > carried.probability(far)


def test_written_questions_count_where_some_are_not_answered(fenwick: Document) -> None:
    dogs = unit(fenwick, "The force has nine dogs")
    evidence = [Evidence(fenwick, dogs, 1.0, 0.6, written=True)]
    match = Match(answered=0.9, unanswered=0.4)
    assert signals(evidence, match, 2.0) == Signals(0.6, 2.0, 0.9, 0.4)
    assert signals(evidence, replace(match, unanswered=0.0), 2.0) == Signals(0.6, 2.0)
    assert signals([replace(evidence[0], written=False)], match, 2.0) == Signals(0.6, 2.0)
    assert signals([], match, 2.0).best == 0


def test_a_sentence_that_leans_on_the_one_before_is_read_with_it(
    reading: ReadingEncoder,
) -> None:
    text = (
        "Fenwick\n\nThe dog unit trains every week. However, this is not enough.\n\nIt is cold.\n"
    )
    document = parse_text(text, document_id="fenwick", source="fenwick.txt")
    units = [(document, unit) for unit in document.units if unit.kind == "sentence"]
    assert [leans(document.quote(unit)) for _, unit in units] == [False, True, True]
    assert leaned_on(units) == [None, 0, None]

    def late(weight: float) -> dict[str, float]:
        config = replace(CONFIG, lean_weight=weight)
        evidence = EvidenceReader({"fenwick": document}, reading, config).read(
            "does the dog unit train enough?", passages(document)
        )
        return {item.text: item.late for item in evidence}

    alone, half, both = late(0.0), late(0.5), late(1.0)
    leaning = "However, this is not enough."
    assert alone[leaning] < half[leaning] < both[leaning]
    assert half[leaning] == pytest.approx((alone[leaning] + both[leaning]) / 2)
    assert both[leaning] >= alone["The dog unit trains every week."]
    assert {text for text in alone if alone[text] != both[text]} == {leaning}


def test_a_sentence_that_points_back_stands_under_the_one_before() -> None:
    text = (
        "Fenwick\n\nThe dog unit trains every week. However, this is not enough. It is old.\n\n"
        "They are cold. The kennels, which these dogs like, are warm.\n"
    )
    document = parse_text(text, document_id="fenwick", source="fenwick.txt")
    first, enough, *others = [
        Evidence(document, unit, 1.0) for unit in document.units if unit.kind == "sentence"
    ]

    parts, (citation,) = lines([enough])
    assert [(part.kind, part.text, part.markers) for part in parts] == [
        ("lead_in", "The dog unit trains every week.", ()),
        ("sentence", "However, this is not enough.", (1,)),
    ]
    assert citation.lead_in is not None
    assert document.text[citation.lead_in.start : citation.lead_in.end] == parts[0].text
    assert fault_of(citation, document) is None

    together, _ = lines([enough, first])
    assert [part.kind for part in together] == ["sentence", "sentence"]
    twice = parse_text(
        "Fenwick\n\nDogs are fast. This is better.\n\nCats are calm. This is better.\n",
        document_id="fenwick",
        source="fenwick.txt",
    )
    better = [
        Evidence(twice, unit, 1.0) for unit in twice.units if twice.quote(unit) == "This is better."
    ]
    each, _ = lines(better)
    assert [part.text for part in each] == [
        "Dogs are fast.", "This is better.", "Cats are calm.", "This is better."
    ]  # fmt: skip
    alone, _ = lines(others)  # "It" is what the report is on; "They" opens its paragraph
    assert [part.kind for part in alone] == ["sentence"] * 3


def test_the_question_before_helps_one_that_points_back(reading: ReadingEncoder) -> None:
    text = (
        "Fenwick\n\nDog handlers retire at the age of fifty.\n\n"
        "Police cadets may join at any age up to thirty.\n"
    )
    document = parse_text(text, document_id="fenwick", source="fenwick.txt")
    reader = EvidenceReader({"fenwick": document}, reading, CONFIG)

    def late(question: str, before: str = "") -> dict[str, float]:
        read = reader.read(question, passages(document), before=before)
        return {item.text: item.late for item in read}

    asked, before = "until what age may they work?", "Who are the police cadets?"
    alone, earlier, both = late(asked), late(before), late(asked, before)
    for words in alone:
        expected = alone[words] + CONFIG.before_weight * (earlier[words] - alone[words])
        assert both[words] == pytest.approx(expected, abs=1e-5)
    dogs, cadets = sorted(alone)
    assert both[cadets] - both[dogs] > alone[cadets] - alone[dogs]


def test_words_that_a_report_never_mentions(fenwick: Document) -> None:
    question = "Does the helicopter help the dog handlers' training?"
    assert own_words(question) == ["helicopter", "help", "dog", "handlers", "training"]
    assert missing_words(question, vocabulary([fenwick])) == ("helicopter", "help")


def test_a_text_that_answers_has_the_better_odds(reading: ReadingEncoder) -> None:
    question = reading.question_tokens("How many officers were trained last year?")
    assert np.linalg.norm(question, axis=1).sum() == pytest.approx(1, abs=1e-5)
    texts = reading.text_tokens(
        ["In 2016 the force trained 214 officers.", "The canteen serves hot food.", ""]
    )
    right, wrong, empty = reading.log_odds(question, texts)
    assert right > wrong
    assert np.isfinite(empty)
    assert reading.log_odds(question, []) == []


def test_list_intent_tells_lists_from_facts(reader: Encoder) -> None:
    intent = QuestionKind.load(LIST)
    wants = intent.probability(reader.encode_query("List all the recommendations made"))
    fact = intent.probability(reader.encode_query("How many dogs does the force have?"))
    assert wants > CONFIG.list_from > fact


@pytest.mark.parametrize(
    ("question", "is_asked"),
    [
        ("How well does the service protect children?", True),
        ("which teams are short of staff", True),
        ("How do I renew my library card?", False),
        ("What is the boiling point of milk?", False),
    ],
)
def test_questions_of_everyday_life_are_told_from_those_on_inspections(
    reading: ReadingEncoder, question: str, is_asked: bool
) -> None:
    odds = QuestionKind.load(INSPECTED).log_odds(reading.question_vector(question))
    assert (odds > 0) is is_asked


def test_no_everyday_question_that_was_fitted_on_is_one_of_a_set() -> None:
    root = Path(__file__).parents[1]
    fitted = (root / "rag/models/everyday.txt").read_text(encoding="utf-8").lower().splitlines()
    sets = (root / "eval/sets").glob("*.jsonl")
    asked = {item.question.lower() for path in sets for item in load_set(path)}
    assert len(set(fitted)) == len(fitted) > 150
    assert asked.isdisjoint(fitted)


def test_written_questions_of_the_bundled_report_are_not_those_of_the_evaluation() -> None:
    document = read_report(bundled_report())
    assert questions_file(bundled_report()).is_file()
    folder = Path(__file__).parents[1] / "eval" / "sets"
    sets = sorted(folder.glob(f"{document.document_id}*.jsonl"))
    assert len(sets) == 3
    evaluated = {
        json.loads(line)["question"].casefold().strip(" ?.")
        for path in sets
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    written = [q for group in document.answered for q in group.questions]
    written += [item.question for item in document.unanswered]
    assert len(written) > 5000
    assert not evaluated & {question.casefold().strip(" ?.") for question in written}
