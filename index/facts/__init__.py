"""What is known of a report from its own text, each thing with the passage that says so."""

from __future__ import annotations

from index.facts.body import inspectorates, kind_of, organisation
from index.facts.dates import inspected, published
from index.facts.grades import overall_of
from index.facts.judgements import judgements
from index.facts.known import FIELDS, corrected, stated
from index.facts.people import lead_inspectors
from index.types import Document, Fact

__all__ = ["FIELDS", "corrected", "facts_of"]


def facts_of(document: Document) -> tuple[Fact, ...]:
    """Organisation, inspectorates, dates, kind, lead inspectors and judgements, as far as said.

    What the file beside the report says (``Document.metadata``) stands in the place of what
    its text says of the same. Takes time in proportion to the length of the text.
    """
    named = organisation(document)
    said = (
        *named,
        *inspectorates(document),
        *kind_of(document, named),
        *inspected(document),
        *published(document),
        *lead_inspectors(document),
        *overall_of(judgements(document, named[0].value if named else "")),
    )
    beside = stated(document.metadata)
    fields = {fact.field for fact in beside}
    return (*beside, *(fact for fact in said if fact.field not in fields))
