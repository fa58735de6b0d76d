"""Documents into passages, the text that is embedded and retrieved together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from llama_index.core.schema import (
    BaseNode,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
    TransformComponent,
)

from index.config import IndexConfig
from index.parse import parse_text
from index.types import Document, Passage, Unit

_EMBEDDED_METADATA = ("heading_path", "lead_in")


def chunk(document: Document, config: IndexConfig) -> tuple[Passage, ...]:
    """The passages of a document, in order; each lies within one section.

    A passage is a paragraph with the list that it introduces, or a part of one of at most
    ``config.passage_words`` words where it is longer (a single sentence or bullet is never
    cut). It ends with its page. Headings are not part of any passage's text.
    """
    passages = []
    for group in _groups(document):
        for run in _runs(document, group, config.passage_words):
            passages.append(_passage(document, run))
    return tuple(passages)


def to_node(passage: Passage, document: Document) -> TextNode:
    """The LlamaIndex node of a passage: its quoted text, with all else as metadata.

    Heading path and lead-in are embedded with the text; ids, page and offsets are not.
    """
    metadata: dict[str, Any] = {
        "document_id": passage.document_id,
        "title": document.title,
        "heading_path": " › ".join(passage.heading_path),
        "lead_in": passage.lead_in,
        "section": passage.section,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
    }
    hidden = [key for key in metadata if key not in _EMBEDDED_METADATA or metadata[key] is None]
    return TextNode(
        id_=passage.passage_id,
        text=passage.text,
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=hidden,
        metadata_template="{value}",
        text_template="{metadata_str}\n{content}",
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.document_id)},
    )


class PassageChunker(TransformComponent):
    """The chunker as a LlamaIndex transformation: whole-report nodes in, passage nodes out."""

    config: IndexConfig = IndexConfig()

    def __call__(self, nodes: Sequence[BaseNode], **_kwargs: Any) -> list[BaseNode]:
        """The passages of each node's text, read as a plain-text report named by the node's id."""
        return [
            to_node(passage, document)
            for node in nodes
            for document in [
                parse_text(node.get_content(), document_id=node.node_id, source=node.node_id)
            ]
            for passage in chunk(document, self.config)
        ]


def passage_id(document_id: str, start: int, end: int) -> str:
    """SHA-256 of document id and offsets: equal texts at two places keep two ids."""
    return hashlib.sha256(f"{document_id}\0{start}\0{end}".encode()).hexdigest()


def _groups(document: Document) -> Iterator[list[Unit]]:
    """Units that belong together: a paragraph, with the list that follows its last sentence."""
    group: list[Unit] = []
    for unit in document.units:
        if unit.kind == "heading":
            if group:
                yield group
            group = []
            continue
        in_group = group and (
            unit.block == group[-1].block
            or (unit.list_id is not None and unit.list_id == group[-1].list_id)
            or (unit.lead_in is not None and unit.lead_in.end == group[-1].end)
        )
        if group and not in_group:
            yield group
            group = []
        group.append(unit)
    if group:
        yield group


def _runs(document: Document, group: list[Unit], limit: int) -> Iterator[list[Unit]]:
    """A group cut into runs of at most ``limit`` words, only where it is longer than that.

    It is cut at the end of a page, too, where headers and footers stand between the units.
    """
    run: list[Unit] = []
    words = 0
    for unit in group:
        length = len(document.quote(unit).split())
        if run and (words + length > limit or unit.page != run[-1].page):
            yield run
            run, words = [], 0
        run.append(unit)
        words += length
    yield run


def _passage(document: Document, run: list[Unit]) -> Passage:
    first, start, end = run[0], run[0].start, run[-1].end
    introduced = first.lead_in is not None and first.kind == "bullet"
    return Passage(
        passage_id=passage_id(document.document_id, start, end),
        document_id=document.document_id,
        section=first.section,
        heading_path=document.sections[first.section].path,
        start=start,
        end=end,
        text=document.text[start:end],
        lead_in=document.quote(first.lead_in) if introduced and first.lead_in else None,
        page=first.page,
    )
