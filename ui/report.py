"""The report pane: a Document typeset as escaped HTML (pure).

Every block carries its offsets into ``Document.text`` and holds exactly that text, so that
the page can mark any quote character for character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

from index.types import Block, Document, Section
from rag.cite import report_name
from rag.show import escape
from ui.links import link

_SET_OFF = re.compile(
    r"(areas? for (improvement|development)|causes? of concern|recommendations?)\b", re.IGNORECASE
)
_SEARCH = (
    '<div class="search" role="search">'
    '<label class="unseen" for="find">Search in the report</label>'
    '<input id="find" type="search" placeholder="Search the report" autocomplete="off" '
    'spellcheck="false"><span class="hits" role="status"></span>'
    '<button type="button" data-find="-1" aria-label="Previous match" disabled>↑</button>'
    '<button type="button" data-find="1" aria-label="Next match" disabled>↓</button></div>'
)
_PICKED = (
    '<div class="picked" hidden><button type="button" '
    'data-pick="What does the report say about “{}”?">Ask about this</button>'
    '<button type="button" data-right hidden>This is the right passage</button></div>'
)

# A PDF's pages as printed, in the place of the text.
_PAPER = (
    '<button type="button" class="act" data-paper aria-pressed="false">Page as printed</button>'
)
_SHEET = (
    '<section class="sheet" aria-label="The page as printed" tabindex="-1" hidden>'
    '<p class="sheet-bar">'
    '<button type="button" class="act" data-turn="-1" aria-label="Previous page">←</button>'
    '<span class="sheet-at" role="status"></span>'
    '<button type="button" class="act" data-turn="1" aria-label="Next page">→</button></p>'
    '<div class="paper" tabindex="0" role="group" aria-label="Page"></div></section>'
)


def report_html(document: Document, documents: Mapping[str, Document]) -> str:
    """The document with its outline and, where the library has several, a way to the others."""
    blocks = "".join(
        _section(document, index, list(group))
        for index, group in groupby(document.blocks, key=lambda block: block.section)
    )
    return (
        f'<div class="pane" data-shown="{escape(document.document_id)}">'
        f'<div class="pane-bar">{_choice(document, documents)}{_outline(document)}{_SEARCH}'
        f"{_PAPER if document.layout.sizes else ''}"
        '<button type="button" class="return" data-return hidden>Back to the answer</button></div>'
        f'<article class="report" aria-label="Report: {escape(document.title)}" tabindex="0">'
        f"{blocks}{_provenance(document)}</article>"
        f"{_SHEET if document.layout.sizes else ''}{_PICKED}</div>"
    )


def _choice(document: Document, documents: Mapping[str, Document]) -> str:
    if len(documents) < 2:
        return ""
    options = "".join(
        f'<option value="{escape(key)}"{" selected" if key == document.document_id else ""}>'
        f"{escape(report_name(other))}</option>"
        for key, other in documents.items()
    )
    return (
        f'<label class="choice"><span>Report</span><select data-choice>{options}</select></label>'
    )


def _outline(document: Document) -> str:
    entries = "".join(
        f'<li class="depth-{min(section.level, 4)}{" marked" * _is_set_off(section)}">'
        f'<button type="button" data-goto="section-{index}">{escape(section.title)}</button></li>'
        for index, section in enumerate(document.sections)
    )
    return (
        '<details class="outline"><summary>Contents</summary>'
        f'<nav aria-label="Contents of the report"><ol>{entries}</ol></nav></details>'
    )


def _section(document: Document, index: int, blocks: list[Block]) -> str:
    section = document.sections[index]
    set_off = ' class="set-off"' if _is_set_off(section) else ""
    body = "".join(
        _run(document, section, list(run))
        for _, run in groupby(blocks, key=lambda block: (block.list_id, block.page))
    )
    return f'<section id="section-{index}"{set_off}>{_page(document, blocks)}{body}</section>'


def _is_set_off(section: Section) -> bool:
    """Whether a section says what the inspected body is to do, so that it is shown apart."""
    return _SET_OFF.match(section.title) is not None


def _run(document: Document, section: Section, blocks: list[Block]) -> str:
    """Blocks in a row that belong together: the bullets of a list, or what stands between."""
    lines = "".join(_block(document, section, block) for block in blocks)
    return lines if blocks[0].list_id is None else f"<ul>{lines}</ul>"


def _block(document: Document, section: Section, block: Block) -> str:
    tag, name = "p", str(block.kind)
    if block.kind == "bullet":
        tag = "li"
    elif block.kind == "heading":
        tag, name = f"h{min(section.level + 1, 6)}", f"level-{min(section.level, 4)}"
    return (
        f'<{tag} class="{name}" data-start="{block.start}" data-end="{block.end}">'
        f"{escape(document.quote(block))}</{tag}>"
    )


def _page(document: Document, blocks: Iterable[Block]) -> str:
    """A page number where the document has pages, ahead of the section that begins there."""
    page = next((block.page for block in blocks), None)
    return f'<p class="page">Page {page}</p>' if document.pages and page else ""


def _provenance(document: Document) -> str:
    about = document.metadata
    lines = [escape(about["publisher"])] if "publisher" in about else []
    if "licence" in about:
        lines.append(link(about["licence"], about.get("licence_url")))
    address = about.get("source_url")
    lines.append(f"Source: {link(address or document.source, address)}")
    return f'<footer class="provenance">{"<br>".join(lines)}</footer>'
