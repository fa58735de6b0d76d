"""The bundled report as people save it: its words and structure are the same in every format."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx_maker import bullet, docx, paragraph
from playwright.sync_api import Browser, PdfMargins
from served import HOW_TO_GET_ONE, chromium

from index.parse import read_report
from index.reports import bundled_report
from index.types import Block, Document, Span

Structure = list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def original() -> Document:
    return read_report(bundled_report())


def structure(document: Document) -> Structure:
    """Kind, words and lead-in of every block, white space aside.

    Hyphens too: one at a line's end may or may not be the word's own.
    """

    def words(span: Block | Span) -> str:
        return " ".join(document.quote(span).replace("-", "").split())

    return [
        (block.kind, words(block), words(block.lead_in) if block.lead_in else "")
        for block in document.blocks
        if document.quote(block) != "Skip to content"
    ]


def web_page(document: Document, columns: int = 1) -> str:
    """The report as a web page; printed, in so many columns."""
    parts: list[str] = []
    for block, is_first, is_last in _with_ends(document):
        words = html.escape(document.quote(block))
        if block.kind == "heading":
            parts.append(f"<h{block.level}>{words}</h{block.level}>")
        elif block.kind == "bullet":
            parts.append(f"{'<ul>' * is_first}<li>{words}</li>{'</ul>' * is_last}")
        else:
            parts.append(f"<p>{words}</p>")
    style = f"main {{ columns: {columns}; column-gap: 2em; font: 9pt sans-serif }}"
    return (
        f"<!doctype html><meta charset=utf-8><title>{html.escape(document.title)}</title>"
        f"<style>{style}</style><main>{''.join(parts)}</main>"
    )


def word(document: Document) -> bytes:
    """The report as a Word document."""
    made = {
        "heading": lambda block, words: paragraph(words, f"Heading{block.level}"),
        "bullet": lambda _, words: bullet(words),
    }
    return docx(
        *(
            made.get(block.kind, lambda _, words: paragraph(words))(block, document.quote(block))
            for block, _, _ in _with_ends(document)
        )
    )


@pytest.mark.parametrize("suffix", [".html", ".docx"])
def test_a_saved_copy_is_the_report(original: Document, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"copy{suffix}"
    path.write_bytes(word(original) if suffix == ".docx" else web_page(original).encode())
    assert structure(read_report(path)) == structure(original)


@pytest.mark.skipif(chromium() is None, reason=HOW_TO_GET_ONE)
@pytest.mark.browser
@pytest.mark.parametrize("columns", [1, 2])
def test_a_printed_copy_is_the_report(
    original: Document, browser: Browser, tmp_path: Path, columns: int
) -> None:
    path = tmp_path / "copy.pdf"
    margin: PdfMargins = {"top": "2cm", "bottom": "2cm", "left": "2cm", "right": "2cm"}
    shown = browser.new_page()
    shown.set_content(web_page(original, columns))
    shown.pdf(path=path, format="A4", margin=margin)
    shown.close()
    assert structure(read_report(path)) == structure(original)


def _with_ends(document: Document) -> Iterator[tuple[Block, bool, bool]]:
    """The blocks, and of bullets whether they are the first and the last of their list."""
    blocks = [block for block in document.blocks if document.quote(block) != "Skip to content"]
    lists = [block.list_id for block in blocks]
    for place, block in enumerate(blocks):
        before = lists[place - 1] if place else None
        after = lists[place + 1] if place + 1 < len(lists) else None
        yield block, block.list_id != before, block.list_id != after
