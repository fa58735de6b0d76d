"""Answers as people read them: HTML for notebooks, Markdown and plain text to copy.

Everything that comes from a report, a question or a file name is escaped here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from urllib.parse import urlsplit

from index.types import Document
from rag.authorship import author, closest, doubt
from rag.types import Answer, Citation, Nearest, Part

_Clean = Callable[[str], str]

_NAMED = 3
_KNOWN = ("published", "publisher", "licence", "source_url")
# No white space, quotes, angle brackets, backslash or other ASCII that a URL does not hold.
_ADDRESS = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+", re.IGNORECASE)
_NOT_TEXT = {0: "\ufffd", 13: "&#13;"}
_MARKDOWN = re.compile(r"[\\`*_\[\]<>#|~&!$@]|(?<=:)//|(?<=www)\.|^[-+=]|^\d+(?=[.)])", re.I)


def escape(text: str) -> str:
    """The text as HTML, in an element or an attribute, character for character.

    What HTML would drop or change (NUL, carriage return, lone surrogates) is kept as one
    character each, so that offsets into the text hold in the page.
    """
    return html.escape(sound(text)).translate(_NOT_TEXT)


def escape_markdown(text: str) -> str:
    """The text on one line, so that Markdown shows it and finds no markup in it."""
    return _MARKDOWN.sub(_backslash, " ".join(sound(text).split()))


def place(item: Citation | Nearest) -> str:
    """Where a quote stands, as people read it: "Section › Subsection, p. 3"."""
    return item.section if item.page is None else f"{item.section}, p. {item.page}"


def reference(item: Citation | Nearest, document: Document) -> str:
    """A quote to paste elsewhere, as plain text: the words, then where they come from.

    Title, section, page, and what the document's metadata says of date, publisher, licence
    and address, as far as they are known.
    """
    words = " … ".join(f"“{_line(text)}”" for text in _words(item))
    return f"{words}\n— {_listed(document.title, place(item), *known(document).values())}"


def known(document: Document) -> dict[str, str]:
    """What the document's metadata says of date, publisher, licence and address, by name."""
    return {key: document.metadata[key] for key in _KNOWN if document.metadata.get(key)}


def provenance(document: Document) -> str:
    """The document as a list of references names it: title, date, publisher, licence, address."""
    return _listed(document.title, *known(document).values())


def limited(answer: Answer) -> str:
    """Which reports a question was limited to, in words; empty where to none."""
    if len(answer.asked_of) > _NAMED:
        return f"Asked of {len(answer.asked_of)} reports"
    titles = {source.document: source.title for source in answer.sources}
    names = [titles.get(name, name) for name in answer.asked_of]
    return f"Asked of {'; '.join(names)}" if names else ""


def quotes_of(answer: Answer) -> tuple[Citation | Nearest, ...]:
    """Everything that an answer quotes: its citations, then what came nearest."""
    return (*answer.citations, *answer.nearest)


def web_address(document: Document) -> str | None:
    """Where the document is published, None where its metadata has no sound http address."""
    address = document.metadata.get("source_url", "")
    if not _ADDRESS.fullmatch(address):
        return None
    try:
        return address if urlsplit(address).hostname else None
    except ValueError:
        return None


def answer_with_references(answer: Answer, documents: Mapping[str, Document]) -> str:
    """The answer with its sources and what is known of each report quoted, as plain text."""
    quoted = dict.fromkeys(item.document for item in quotes_of(answer))
    lines = [f"{provenance(documents[name])}\n" for name in quoted if name in documents]
    return answer_plain(answer) + ("\n" if lines else "") + "".join(lines)


def answer_plain(answer: Answer) -> str:
    """The answer with its sources as plain text, to paste into a letter or a message."""
    return _written(answer, lambda text: _line(sound(text)), bold="", brackets="[{}]")


def answer_markdown(answer: Answer) -> str:
    """The answer with its sources as Markdown."""
    return _written(answer, escape_markdown, bold="**", brackets="\\[{}\\]")


def answer_html(answer: Answer) -> str:
    """The answer with its sources as HTML for a notebook; it needs no style sheet."""
    sections = [f"<p><strong>{escape(answer.question)}</strong></p>"]
    if answer.understood != answer.question:
        sections.append(f"<p><small>Understood as: {escape(answer.understood)}</small></p>")
    if answer.asked_of:
        sections.append(f"<p><small>{escape(limited(answer))}</small></p>")
    for is_list, parts in groupby(answer.parts, key=lambda part: part.kind == "bullet"):
        tag = "li" if is_list else "p"
        lines = "".join(f"<{tag}>{_marked(part)}</{tag}>" for part in parts)
        sections.append(f"<ul>{lines}</ul>" if is_list else lines)
    if author(answer):
        sections.append(f"<p><small>{escape(author(answer))}</small></p>")
    if answer.missing:
        sections.append(f"<p>{escape(_never_mentioned(answer))}</p>")
    sections += [
        _quotes("Sources", answer.citations, answer),
        _quotes("Nearest passages", answer.nearest, answer),
        f"<p><small>Confidence: {answer.confidence_word}</small></p>",
    ]
    return f'<div style="max-width: 44em; line-height: 1.5">{"".join(sections)}</div>'


def _marked(part: Part) -> str:
    if doubt(part):
        words = escape(closest(part))
        near = f"<br><small>Closest: “{words}”</small>" if words else ""
        return f"<del>{escape(part.text)}</del><br><small>{escape(doubt(part))}</small>{near}"
    markers = "".join(f"<sup>[{marker}]</sup>" for marker in part.markers)
    text = escape(part.text)
    tag = {"note": "em", "report": "strong"}.get(part.kind)
    return f"<{tag}>{text}</{tag}>{markers}" if tag else f"{text}{markers}"


def _quotes(title: str, items: Sequence[Citation | Nearest], answer: Answer) -> str:
    if not items:
        return ""
    rows = [
        f'<li value="{item.marker if isinstance(item, Citation) else number}">'
        f"{' … '.join(f'“{escape(text)}”' for text in _words(item))}<br>"
        f"<small>{escape(_title(item, answer))} › {escape(place(item))}</small></li>"
        for number, item in enumerate(items, start=1)
    ]
    opened = " open" if isinstance(items[0], Citation) else ""
    return f"<details{opened}><summary>{title}</summary><ol>{''.join(rows)}</ol></details>"


def _written(answer: Answer, clean: _Clean, *, bold: str, brackets: str) -> str:
    """The answer as text; ``clean`` escapes, ``bold`` and ``brackets`` are the format's own."""
    paragraphs = [f"{bold}{clean(answer.question)}{bold}"]
    if answer.asked_of:
        paragraphs.append(clean(limited(answer)))
    for is_list, parts in groupby(answer.parts, key=lambda part: part.kind == "bullet"):
        lines = [
            f"{bold}{clean(part.text)}{bold}"
            if part.kind == "report"
            else " ".join([clean(part.text), *_behind(part, clean, brackets)])
            for part in parts
        ]
        paragraphs += ["\n".join(f"- {line}" for line in lines)] if is_list else lines
    if author(answer):
        paragraphs.append(clean(author(answer)))
    if answer.missing:
        paragraphs.append(clean(_never_mentioned(answer)))
    if answer.citations:
        rows = [
            _row(item, answer, clean, f"{brackets.format(item.marker)} ")
            for item in answer.citations
        ]
        paragraphs += [f"{bold}Sources{bold}", "\n".join(rows)]
    if answer.nearest:
        rows = [_row(item, answer, clean, "") for item in answer.nearest]
        paragraphs += [f"{bold}Nearest passages{bold}", "\n".join(rows)]
    return "\n\n".join(paragraphs) + "\n"


def _behind(part: Part, clean: _Clean, brackets: str) -> list[str]:
    """A line's markers; behind a sentence that is not proven that it is not, and what is near."""
    if not doubt(part):
        return [brackets.format(marker) for marker in part.markers]
    words = closest(part)
    return [clean(f"({doubt(part)}{f' Closest: “{words}”' if words else ''})")]


def _row(item: Citation | Nearest, answer: Answer, clean: _Clean, marker: str) -> str:
    words = " … ".join(f"“{clean(text)}”" for text in _words(item))
    return f"- {marker}{words} — {clean(_title(item, answer))} › {clean(place(item))}"


def _words(item: Citation | Nearest) -> list[str]:
    """What is quoted: the lead-in that gives a bullet its sense, if any, and the quote."""
    lead_in = [item.lead_in.quote] if item.lead_in else []
    return [*lead_in, item.quote]


def _never_mentioned(answer: Answer) -> str:
    return f"Not mentioned in the report: {', '.join(answer.missing)}."


def _title(item: Citation | Nearest, answer: Answer) -> str:
    titles = {source.document: source.title for source in answer.sources}
    return titles.get(item.document, item.document)


def sound(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, replaced by ``?``."""
    return text.encode("utf-8", "replace").decode()


def _line(text: str) -> str:
    return " ".join(text.split())


def _listed(*texts: str) -> str:
    return ". ".join(_line(text).rstrip(".") for text in texts)


def _backslash(match: re.Match[str]) -> str:
    found = match[0]
    return f"{found}\\" if found.isdigit() else f"\\{found}"
