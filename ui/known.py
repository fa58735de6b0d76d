"""``peel index show`` and ``peel index set``: what is known of a report, and its correction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import LibraryError, ReportError
from ui.common import LibraryOption, echo, open_library

if TYPE_CHECKING:
    from index.types import Document, Fact

_ORIGINS = {"beside": "said by the file beside the report", "user": "set by you"}
_LONGEST = 200

DocumentId = Annotated[str, typer.Argument(help="The report's id, as 'peel index list' shows it.")]


def index_show(document: DocumentId, library: LibraryOption = None) -> None:
    """Show what is known of a report, each thing with the passage that says so."""
    documents = open_library(library).documents
    if document not in documents:
        raise LibraryError(
            f"there is no report {document!r}; the reports are: {', '.join(documents) or '(none)'}"
        )
    report = documents[document]
    echo(f"{report.title}\n")
    echo(f"id: {document}\nfile: {report.source}\nSHA-256 of its text: {report.sha256}")
    for fact in report.facts:
        echo(known_text(fact, report))


def index_set(
    document: DocumentId,
    values: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE...", help="What to correct, and how.")
    ],
    library: LibraryOption = None,
) -> None:
    """Correct what is known of a report; the correction is kept when the library is rebuilt.

    Fields: organisation, inspectorate, kind, inspected, published, lead_inspector, overall.
    An empty value takes away what was found.

    Example:

        peel index set slough-2023 organisation="Slough Borough Council" published=2023-03-28
    """
    corrections = {}
    for value in values:
        field, equals, given = value.partition("=")
        if not equals:
            raise ReportError(f"{value!r} is no correction; write FIELD=VALUE")
        corrections[field.strip()] = given
    opened = open_library(library)
    facts = opened.correct(document, corrections)
    for fact in facts:
        if fact.field in corrections:
            echo(known_text(fact, opened.documents[document]))


def known_text(fact: Fact, document: Document) -> str:
    """A fact as people read it, and under it the words that say so and their place."""
    of = f" ({fact.label})" if fact.label else ""
    line = f"{fact.field.replace('_', ' ')}: {fact.value}{of}"
    if fact.span is None:
        return f"{line}\n    {_ORIGINS[fact.origin]}"
    words = " ".join(document.quote(fact.span).split())
    shown = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    page = document.page_at(fact.span.start)
    at = f"{fact.span.start}-{fact.span.end}"
    return f"{line}\n    “{shown}” ({f'p. {page}, ' if page else ''}{at})"
