"""Questions to begin with, made from the reports' own structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from index.types import Document
from rag.glossary import abbreviations

_COUNT, _CHARACTERS = 6, 160
_WRITTEN = (30, 90)  # characters of a written question that reads well as an example


def examples(documents: Sequence[Document]) -> tuple[str, ...]:
    """At most six questions, of at most 160 characters.

    First what the headings over lists name, then a written question on each section, where
    there are any; then what headings ask, what an abbreviation means and what stands under
    other headings.
    """
    found = dict.fromkeys(question for document in documents for question in _questions(document))
    return tuple(islice((item for item in found if len(item) <= _CHARACTERS), _COUNT))


def _questions(document: Document) -> Iterator[str]:
    for title in _lists_in_the_plural(document):
        yield f"What are the {_uncapitalised(title)}?"
    yield from _written(document)
    for section in document.sections:
        if section.title.endswith("?"):
            yield section.title
    for abbreviation in abbreviations(document):
        yield f"What does {abbreviation} stand for?"
    for section in document.sections:
        if section.level > 1 and not section.title.endswith("?"):
            yield f"What does the report say under “{section.title}”?"


def _written(document: Document) -> Iterator[str]:
    """For each section the first whole question of those that most of its units answer."""
    for section in document.sections:
        inside = [
            (len(group.spans), question)
            for group in document.answered
            for question in group.questions
            if all(section.start <= span.start < section.end for span in group.spans)
            and question[0].isupper()
            and question.endswith("?")
            and _WRITTEN[0] <= len(question) <= _WRITTEN[1]
        ]
        if inside:
            yield max(inside, key=lambda item: item[0])[1]


def _lists_in_the_plural(document: Document) -> dict[str, None]:
    """Headings such as "Areas for improvement" that stand over lists."""
    under = {unit.section for unit in document.units if unit.list_id is not None}
    titles = (document.sections[section].title for section in sorted(under))
    return dict.fromkeys(title for title in titles if _is_plural(title))


def _is_plural(title: str) -> bool:
    """Whether what a heading names is several: "Areas for improvement", "Key findings"."""
    words = title.lower().split()
    links = [place for place, word in enumerate(words) if word in ("for", "of", "to", "in")]
    noun = words[links[0] - 1] if links and links[0] else words[-1]
    return noun.endswith("s") and not noun.endswith("ss")


def _uncapitalised(title: str) -> str:
    """The title as it stands inside a sentence; "HMICFRS findings" keeps its capitals."""
    return title if title[1:2].isupper() else f"{title[0].lower()}{title[1:]}"
