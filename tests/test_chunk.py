"""Passages: what belongs together stays together, and every unit lies in exactly one."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from any_text import report_texts
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import MetadataMode, NodeRelationship, TextNode

from index.chunk import PassageChunker, chunk, passage_id, to_node
from index.config import IndexConfig
from index.parse import parse_text, read_report
from index.types import Document

CONFIG = IndexConfig()


@pytest.fixture(scope="module")
def report(report_path: Path) -> Document:
    return read_report(report_path)


def read(text: str) -> Document:
    return parse_text(text, document_id="report", source="report.txt")


def test_a_list_stays_with_the_paragraph_that_introduces_it(report: Document) -> None:
    (passage,) = [item for item in chunk(report, CONFIG) if "involve its CID" in item.text]
    assert passage.text == (
        "The force should also:\n\n"
        "  • better monitor the effect of its disruption activity;\n"
        "  • involve its CID more effectively in this activity;\n"
        "  • be more alert to ‘county lines’ drug-dealing; and\n"
        "  • make more use of methods to prevent reoffending by established criminals."
    )
    assert passage.lead_in is None
    assert passage.heading_path[-1] == (
        "How effective is the force at tackling serious and organised crime?"
    )


def test_the_bundled_report(report: Document) -> None:
    passages = chunk(report, CONFIG)
    assert len(passages) == 27  # 24 paragraphs, 2 lists of their own, the date
    assert [item.text for item in passages if item.text.startswith("Last")] == [
        "Last updated 22/03/2018"
    ]
    assert not any("Skip to content" in item.text for item in passages)
    assert max(len(item.text.split()) for item in passages) <= 110


def test_a_long_list_is_cut_between_items_and_keeps_its_lead_in() -> None:
    items = "".join(f"• item {number} of a list of ten words in all;\n" for number in range(30))
    passages = chunk(read(f"The force should:\n{items}"), CONFIG)
    assert [item.lead_in for item in passages] == [None, "The force should:", "The force should:"]
    assert [item.text.count("item") for item in passages] == [10, 11, 9]
    assert all(item.text.endswith("all") for item in passages)


def test_a_sentence_is_never_cut() -> None:
    passages = chunk(read("The force " + "very " * 300 + "much. It is."), CONFIG)
    assert [len(item.text.split()) for item in passages] == [303, 2]


def test_a_passage_ends_with_its_page() -> None:
    head = "Fenwick Police\n\n"
    text = f"{head}It should:\n\n• hear;\n\n1\n\f{head}• see; and\n\n2\n\f{head}• listen.\n\n3\n\f"
    passages = chunk(read(text), CONFIG)
    assert [(item.page, item.lead_in, item.text) for item in passages] == [
        (1, None, "It should:\n\n• hear"),
        (2, "It should:", "see"),
        (3, "It should:", "listen."),
    ]


@given(report_texts, st.integers(1, 40))
def test_laws_of_any_text(text: str, words: int) -> None:
    document = read(text)
    passages = chunk(document, IndexConfig(passage_words=words))
    assert len({item.passage_id for item in passages}) == len(passages)
    end = 0
    for item in passages:
        section = document.sections[item.section]
        assert max(end, section.start) <= item.start < item.end <= section.end
        assert document.text[item.start : item.end] == item.text
        assert item.heading_path == section.path
        end = item.end
    for unit in document.units:
        homes = [item for item in passages if item.start <= unit.start < item.end]
        if unit.kind == "heading":
            assert homes == []
        else:
            (home,) = homes
            assert unit.end <= home.end
            assert (unit.section, unit.page) == (home.section, home.page)


def test_ids_tell_equal_texts_apart() -> None:
    document = read("It is good.\n\nIt is good.\n")
    first, second = chunk(document, CONFIG)
    assert first.text == second.text
    assert first.passage_id != second.passage_id
    assert first.passage_id == passage_id("report", 0, 11)
    assert first.passage_id == hashlib.sha256(b"report\x000\x0011").hexdigest()


def test_a_node_embeds_heading_and_lead_in_but_quotes_neither() -> None:
    items = "".join(f"• item {number} is one of quite a few;\n" for number in range(20))
    document = read(f"Fenwick Police\n\nWhat next?\n\nIt should:\n{items}")
    passage = chunk(document, CONFIG)[1]
    node = to_node(passage, document)
    assert node.node_id == passage.passage_id
    assert node.text == passage.text
    assert node.get_content(MetadataMode.EMBED) == (
        f"Fenwick Police › What next?\nIt should:\n{passage.text}"
    )
    assert document.text[node.metadata["start"] : node.metadata["end"]] == node.text
    source = node.relationships[NodeRelationship.SOURCE]
    assert getattr(source, "node_id", None) == "report"


def test_as_a_llama_index_transformation(report: Document) -> None:
    nodes = PassageChunker()([TextNode(id_="report", text=report.text)])
    expected = [to_node(item, read(report.text)) for item in chunk(read(report.text), CONFIG)]
    assert [node.to_dict() for node in nodes] == [node.to_dict() for node in expected]
    assert PassageChunker()([]) == []
