"""Plain text and Markdown reports into documents.

The canonical text is the file's own text, unchanged, so that offsets are offsets into the
file. Structure is read from the wording and spacing of the lines.
"""

from __future__ import annotations

import hashlib
import re

from index.parse.lines import split_lines
from index.parse.outline import Outline
from index.parse.structure import blocks_of, sections_of
from index.parse.units import split_units
from index.types import Document, Span


def parse_text(
    text: str,
    *,
    document_id: str,
    source: str,
    title: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Document:
    """The document in ``text``.

    Its title is ``title``, else its first heading where no sentence stands before that, else
    ``document_id``. Takes time in proportion to the length of the text.
    """
    known = " ".join(title.split()) if title else None
    outline = Outline.of(text, known or None, split_lines(text))
    name = outline.title or document_id
    blocks = blocks_of(text, outline.drafts)
    return Document(
        document_id=document_id,
        title=name,
        source=source,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        sections=sections_of(text, name, outline.drafts),
        blocks=blocks,
        units=split_units(text, blocks),
        pages=_pages(text),
        metadata=metadata or {},
    )


def _pages(text: str) -> tuple[Span, ...]:
    """The pages of a text whose pages end with form feeds; none where it has none."""
    if "\f" not in text:
        return ()
    starts = [0, *(match.end() for match in re.finditer("\f", text))]
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    pages = [Span(start, end) for start, end in zip(starts, ends, strict=True)]
    if len(pages) > 1 and not text[pages[-1].start :].strip():
        pages.pop()
    return tuple(pages)
