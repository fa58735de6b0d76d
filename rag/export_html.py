"""A conversation as one web page that needs nothing else: no script, no file, no other host.

A marker in an answer links to its quote below, and the quote links back. Quotes say where they
stand: report, section, page, characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from index.types import Document
from rag.authorship import author, closest, doubt
from rag.markup import Html, join, tag, whole_page
from rag.show import known, limited, place, quotes_of, web_address
from rag.types import Answer, Citation, Nearest, Part


def conversation_html(answers: Sequence[Answer], documents: Mapping[str, Document]) -> str:
    """The page: every question with its answer and quotes, then the reports they are from."""
    used = quoted(answers, documents)
    titles = ", ".join(document.title for document in used.values())
    title = f"Questions to {titles}" if titles else "Questions and answers"
    turns = [_turn(number, answer, used) for number, answer in enumerate(answers, start=1)]
    reports = [_report(document) for document in used.values()]
    closing = tag("footer", tag("h2", "Reports"), *reports) if reports else Html("")
    body = tag("main", tag("h1", title), *turns, closing)
    return whole_page(title, _STYLE, "", body)


def quoted(answers: Sequence[Answer], documents: Mapping[str, Document]) -> dict[str, Document]:
    """The documents that are quoted, by id, in the order in which they first are."""
    names = [item.document for answer in answers for item in quotes_of(answer)]
    return {name: documents[name] for name in dict.fromkeys(names) if name in documents}


def _turn(number: int, answer: Answer, documents: Mapping[str, Document]) -> Html:
    understood = Html("")
    if answer.understood != answer.question:
        understood = tag("p", "Understood as: ", tag("q", answer.understood), class_="quiet")
    of = tag("p", limited(answer), class_="quiet") if answer.asked_of else Html("")
    unsaid = Html("")
    if answer.missing:
        words = ", ".join(answer.missing)
        unsaid = tag("p", f"Not mentioned in the report: {words}.", class_="quiet")
    sure = f"Confidence that the report answers this: {answer.confidence_word}"
    return tag(
        "article",
        tag("h2", answer.question, dir="auto"),
        understood,
        of,
        tag("div", *_lines(number, answer), class_="answer"),
        tag("p", author(answer), class_="quiet") if author(answer) else Html(""),
        unsaid,
        _quotes(number, "Sources", answer.citations, answer, documents),
        _quotes(number, "Nearest passages", answer.nearest, answer, documents),
        tag("p", sure, class_="quiet"),
        id=f"answer-{number}",
    )


def _lines(number: int, answer: Answer) -> Iterator[Html]:
    first: set[int] = set()
    for is_list, parts in groupby(answer.parts, key=lambda part: part.kind == "bullet"):
        name = "li" if is_list else "p"
        lines = [tag(name, *_line(number, part, first), class_=part.kind) for part in parts]
        yield tag("ul", *lines) if is_list else join(*lines)


def _line(number: int, part: Part, first: set[int]) -> Iterator[Html]:
    """A line with its markers, or struck out with the reason and what comes closest."""
    if not doubt(part):
        yield join(part.text, *_markers(number, part, first))
        return
    words = closest(part)
    near = f" Closest: “{words}”" if words else ""
    yield join(tag("del", part.text), tag("span", f" {doubt(part)}{near}", class_="quiet"))


def _markers(number: int, part: Part, first: set[int]) -> Iterator[Html]:
    """Links to the quotes; the first marker of a quote is where its link back leads."""
    for marker in part.markers:
        anchor = {} if marker in first else {"id": f"marker-{number}-{marker}"}
        first.add(marker)
        label = f"Quote {marker}"
        yield tag(
            "sup",
            tag("a", f"[{marker}]", href=f"#quote-{number}-{marker}", aria_label=label, **anchor),
        )


def _quotes(
    number: int,
    title: str,
    items: Sequence[Citation | Nearest],
    answer: Answer,
    documents: Mapping[str, Document],
) -> Html:
    if not items:
        return Html("")
    rows = [_quote(number, item, answer, documents.get(item.document)) for item in items]
    return join(tag("h3", title), tag("ol", *rows))


def _quote(
    number: int, item: Citation | Nearest, answer: Answer, document: Document | None
) -> Html:
    titles = {source.document: source.title for source in answer.sources}
    where = f"{titles.get(item.document, item.document)} › {place(item)}"
    address = web_address(document) if document else None
    date = known(document).get("published", "") if document else ""
    lead_in = tag("p", item.lead_in.quote, class_="lead_in") if item.lead_in else Html("")
    words = tag("blockquote", lead_in, tag("p", item.quote))
    facts = [
        where,
        *([date] if date else []),
        f"characters {item.start}–{item.end}",
        *([_link(address, "the report")] if address else []),
    ]
    if isinstance(item, Nearest):
        return tag("li", words, _source(facts))
    to = f"marker-{number}-{item.marker}"
    facts.append(tag("a", "↑", href=f"#{to}", aria_label=f"Back to marker {item.marker}"))
    return tag(
        "li", words, _source(facts), id=f"quote-{number}-{item.marker}", value=str(item.marker)
    )


def _source(facts: Sequence[str]) -> Html:
    return tag("p", facts[0], *(join(" · ", fact) for fact in facts[1:]), class_="quiet")


def _report(document: Document) -> Html:
    about, address = known(document), web_address(document)
    about.pop("source_url", None)
    lines = [tag("dt", document.title), *(tag("dd", text) for text in about.values())]
    if address:
        lines.append(tag("dd", _link(address, address)))
    proof = "SHA-256 of the text that the characters are counted in: "
    lines.append(tag("dd", proof, tag("code", document.sha256), class_="quiet"))
    return tag("dl", *lines)


def _link(address: str, text: str) -> Html:
    return tag("a", text, href=address, rel="noreferrer noopener", class_="out")


_STYLE: Final = """
:root {
  color-scheme: light dark;
  --page: #fbfaf7; --ink: #1d2327; --quiet: #59636b; --line: #d9d5ca; --link: #1b5583;
  --mark: #fff1bf;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #15181a; --ink: #e8e6e1; --quiet: #a3adb4; --line: #3a4146; --link: #8cc0ea;
    --mark: #4a3f14; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 1.05rem/1.6 ui-serif, Georgia, "Times New Roman", serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1, h2, h3, .quiet, sup, dt { font-family: ui-sans-serif, system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .6rem; }
h3 { font-size: .95rem; margin: 1.4rem 0 .4rem; color: var(--quiet); }
article, footer { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.6rem; }
p { margin: .5rem 0; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
sup { font-size: .72em; line-height: 0; margin-left: .15em; }
sup a { padding: .3em .15em; text-decoration: none; }
.quiet, dd { font-size: .85rem; color: var(--quiet); }
.note { font-style: italic; }
.report { font-weight: 600; }
.lead_in { color: var(--quiet); }
ol > li { margin: .8rem 0; padding: .1rem .4rem; border-radius: .3rem; scroll-margin-top: 30vh; }
ol > li:target, sup a:target { background: var(--mark); }
blockquote { margin: 0; padding-left: .8rem; border-left: 3px solid var(--line); }
dl { margin: .8rem 0; } dt { font-weight: 600; } dd { margin: 0; }
code { font-size: .9em; }
@media print {
  :root { --page: #fff; --ink: #000; --quiet: #333; --line: #999; --link: #000; --mark: #fff; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; }
  ol > li { break-inside: avoid; }
  a.out::after { content: " (" attr(href) ")"; }
  dd a.out::after { content: none; }
  a { text-decoration: none; }
}
"""
