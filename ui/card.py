"""An Answer's card: text with markers, sources, absence, how it was found, what to ask next (pure).

A marker and the source behind it share ``data-marker`` within their turn; a source carries
document and offsets, from which the page marks the quote in the report pane.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from index.types import Document, Unit
from rag.show import answer_with_references, escape, place, reference
from rag.types import Answer, Citation, Nearest, Part
from ui.judging import thumbs_html
from ui.written import author_html, doubted_html

_OPEN_SOURCES = 3
_NAMED = 3
_WORD = 24
_REVEALED_WITHIN_MS, _REVEAL_STEP_MS = 500, 90
_DOUBT = "Not found in the report word for word."
_NO_ANSWER = "The words of the question occur in the report; none of its sentences answers it."
_LINES = {
    "sentence": "sentence",
    "bullet": "bullet",
    "lead_in": "lead_in",
    "note": "note",
    "report": "of-report",
}
_SURE = {
    "high": "High confidence",
    "medium": "Medium confidence: compare with the report",
    "low": "Low confidence: compare with the report",
}


def found_html(answer: Answer, turn: str, documents: Mapping[str, Document]) -> str:
    """The answer in the report's words, and the quotes that it is made of.

    Each line says its place in the order (``--n``), so that the page can unfold a new answer
    line by line; ``--step`` is the time between two lines.
    """
    unsaid = ""
    if answer.missing:
        words = ", ".join(f"<b>{escape(word)}</b>" for word in answer.missing)
        unsaid = f'<p class="unsaid">The report never mentions {words}.</p>'
    parts, sources = _parts(answer, turn), _sources(answer, turn, documents)
    unsaid = author_html(answer) + unsaid
    step = min(_REVEAL_STEP_MS, _REVEALED_WITHIN_MS // max(len(answer.parts), 1))
    return f'<div class="answer" style="--step:{step}ms">{parts}</div>{unsaid}{sources}'


def absence_html(answer: Answer, turn: str, documents: Mapping[str, Document]) -> str:
    """That the report does not say, what it never mentions, and what comes nearest."""
    notes = "".join(f"<p>{escape(part.text)}</p>" for part in answer.parts if not part.markers)
    missing = ""
    if answer.missing:
        words = " ".join(f"<li>{escape(word)}</li>" for word in answer.missing)
        missing = f'<p>The report never mentions:</p><ul class="missing">{words}</ul>'
    elif answer.nearest:
        missing = f"<p>{_NO_ANSWER}</p>"
    rows = "".join(
        f'<li class="source" {_span(item)}>'
        f'<button type="button" class="goto" aria-describedby="{turn}-near-{n}">'
        f"{_where(item.document, place(item), documents)}</button>"
        f'<blockquote id="{turn}-near-{n}">{_quote(item)}</blockquote>'
        f'<p class="tools">{_copy(item, documents, f"nearest passage {n + 1}")}</p></li>'
        for n, item in enumerate(answer.nearest)
    )
    nearest = (
        f'<div class="nearest"><h3>What comes nearest</h3><ol>{rows}</ol></div>' if rows else ""
    )
    return (
        f'<div class="card absent"><h3>{absence_title(answer)}</h3>{notes}{missing}'
        '<p class="tools"><button type="button" class="act" data-edit>Ask in other words</button>'
        f"</p></div>{nearest}"
    )


def absence_title(answer: Answer) -> str:
    """What heads an answer that abstains: reports that were not read are not said not to say."""
    return "Not in the report" if _was_read(answer) else "No answer"


def _was_read(answer: Answer) -> bool:
    return bool(answer.sources or answer.missing)


def how_html(answer: Answer, turn: str, documents: Mapping[str, Document]) -> str:
    """How sure the answer is, how it was found, and buttons to judge and to copy it."""
    rows = [
        ("Searched", _searched(documents)),
        ("Sure that the report answers", f"{answer.confidence:.2f} of 1"),
        ("Nearest scores", ", ".join(f"{item.score:.2f}" for item in answer.nearest)),
        ("Checked", _checked(answer.citations)),
        ("Took", ", ".join(f"{name} {seconds:.2f} s" for name, seconds in answer.timings.items())),
        ("Model", answer.model),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows if text)
    copied = answer_with_references(answer, documents)
    word = answer.confidence_word
    sure = f"Confidence that the report answers this: {word}" if answer.abstained else _SURE[word]
    if answer.abstained and not _was_read(answer):
        sure = "How this was answered"
    return (
        f'<footer class="foot"><details class="how" id="{turn}-how"><summary>'
        f'<span class="confidence {word}">{sure}</span></summary>'
        f"<dl>{listed}</dl></details>{thumbs_html()}"
        f'<button type="button" class="copy" data-copy="{escape(copied)}" '
        'aria-label="Copy answer with references">Copy answer</button></footer>'
    )


def next_html(answer: Answer, questions: Sequence[str]) -> str:
    """Questions to go on with, as buttons; empty where there are none."""
    if not questions:
        return ""
    title = "The report does answer" if answer.abstained else "People also ask"
    if answer.abstained and not _was_read(answer):
        title = "Questions to go on with"
    return f'<section class="next"><h3>{title}</h3>{question_buttons(questions)}</section>'


def question_buttons(questions: Iterable[str]) -> str:
    """A list of questions that are asked with a click."""
    rows = "".join(
        f'<li><button type="button" class="example" data-question="{escape(question)}">'
        f"{escape(question)}</button></li>"
        for question in questions
    )
    return f'<ul class="examples">{rows}</ul>'


def quote_link(document: Document, unit: Unit) -> str:
    """A report's words as a button that shows them in their place."""
    return (
        f'<span class="source" data-document="{escape(document.document_id)}" '
        f'data-start="{unit.start}" data-end="{unit.end}">'
        f'<button type="button" class="goto">“{escape(document.quote(unit))}”</button></span>'
    )


def _parts(answer: Answer, turn: str) -> str:
    sections = {citation.marker: citation.section for citation in answer.citations}
    above = _said_again(answer.parts, sections)
    html = []
    lines_of = groupby(enumerate(answer.parts), key=lambda entry: entry[1].kind == "bullet")
    for is_list, entries in lines_of:
        tag = "li" if is_list else "p"
        lines = "".join(
            f'<{tag} class="{_LINES[part.kind]}" style="--n:{n}">{above.get(n, "")}'
            f"{_marked(part, turn, sections)}</{tag}>"
            for n, part in entries
        )
        html.append(f"<ul>{lines}</ul>" if is_list else lines)
    return "".join(html)


def _said_again(parts: Sequence[Part], sections: Mapping[int, str]) -> dict[int, str]:
    """For headings of lists that are alike, by their place: the heading that they stand under."""
    heads = [(n, part.text) for n, part in enumerate(parts) if part.kind == "lead_in"]
    texts = [text for _, text in heads]
    above = {}
    for n, text in heads:
        marker = next((part.markers[0] for part in parts[n + 1 :] if part.markers), 0)
        path = sections.get(marker, "").split(" › ")
        if texts.count(text) > 1 and len(path) > 1 and path[-1] == text:
            above[n] = f'<span class="above">{escape(path[-2])}</span> '
    return above


def _marked(part: Part, turn: str, sections: Mapping[int, str]) -> str:
    """The text, a last word of common length kept on one line with the markers behind it."""
    if doubted := doubted_html(part):
        return doubted
    markers = "".join(_marker(m, turn, sections[m]) for m in part.markers if m in sections)
    head, space, last = part.text.rpartition(" ")
    if len(last) > _WORD:
        return escape(part.text) + markers
    return f'{escape(head + space)}<span class="last">{escape(last)}{markers}</span>'


def _marker(marker: int, turn: str, section: str) -> str:
    return (
        f'<button type="button" class="cite" data-marker="{marker}" '
        f'aria-describedby="{turn}-quote-{marker}" '
        f'aria-label="Quote {marker}, {escape(section)}: show in the report">{marker}</button>'
    )


def _sources(answer: Answer, turn: str, documents: Mapping[str, Document]) -> str:
    groups = [
        (key, list(group))
        for key, group in groupby(answer.citations, key=lambda c: (c.document, c.section))
    ]
    if not groups:
        return ""
    sections = len({key for key, _ in groups})
    title = f"{_count(len(answer.citations), 'quote')} from {_count(sections, 'section')}"
    rows = "".join(
        f"<li><h3>{_where(document, section, documents)}</h3><ol>"
        + "".join(_source(citation, turn, documents) for citation in citations)
        + "</ol></li>"
        for (document, section), citations in groups
    )
    opened = " open" if len(answer.citations) <= _OPEN_SOURCES else ""
    return (
        f'<details class="sources" id="{turn}-sources"{opened}><summary>{title}</summary>'
        f"<ol>{rows}</ol></details>"
    )


def _quote(item: Citation | Nearest) -> str:
    """The quote, behind the lead-in that gives a bullet its sense, if any."""
    lead_in = f'<span class="lead-in">{escape(item.lead_in.quote)}</span> ' if item.lead_in else ""
    return lead_in + escape(item.quote)


def _source(citation: Citation, turn: str, documents: Mapping[str, Document]) -> str:
    doubt = "" if citation.verified else f'<p class="doubt">{_DOUBT}</p>'
    page = "" if citation.page is None else f"p. {citation.page}"
    return (
        f'<li class="source" {_span(citation)} data-marker="{citation.marker}">'
        f"{_marker(citation.marker, turn, citation.section)}"
        f'<blockquote id="{turn}-quote-{citation.marker}">{_quote(citation)}'
        f'</blockquote>{doubt}<p class="tools"><span>{page}</span>'
        f"{_copy(citation, documents, f'quote {citation.marker}')}</p></li>"
    )


def _searched(documents: Mapping[str, Document]) -> str:
    if len(documents) > _NAMED:
        return _count(len(documents), "report")
    return ", ".join(document.title for document in documents.values())


def _checked(citations: Sequence[Citation]) -> str:
    if not citations:
        return ""
    found = sum(citation.verified for citation in citations)
    return f"{found} of {_count(len(citations), 'quote')} found in the report word for word"


def _span(item: Citation | Nearest) -> str:
    """Where a quote and its lead-in stand, for the page to mark them there."""
    at = {"document": escape(item.document), "start": item.start, "end": item.end}
    if item.lead_in:
        at |= {"lead-start": item.lead_in.start, "lead-end": item.lead_in.end}
    return " ".join(f'data-{name}="{value}"' for name, value in at.items())


def _where(document: str, section: str, documents: Mapping[str, Document]) -> str:
    """The section's path, with the report's title where there are several reports."""
    if len(documents) > 1 and document in documents:
        section = f"{documents[document].title} › {section}"
    above, arrow, last = section.rpartition(" › ")
    return f'<span class="above">{escape(above + arrow)}</span>{escape(last)}'


def _copy(item: Citation | Nearest, documents: Mapping[str, Document], which: str) -> str:
    if item.document not in documents:
        return ""
    text = reference(item, documents[item.document])
    return (
        f'<button type="button" class="copy" data-copy="{escape(text)}" '
        f'aria-label="Copy quote with reference: {which}">Copy quote with reference</button>'
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
