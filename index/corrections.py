"""What a user corrects of what is known of a report, kept beside it as JSON.

``REPORT.corrected.json`` holds an object of fields and values, see ``index.facts.FIELDS``; an
empty value takes away what was found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from index.errors import ReportError
from index.facts import corrected, facts_of
from index.types import Document

CORRECTED_SUFFIX = ".corrected.json"


def read_corrections(data: bytes, name: str) -> dict[str, str]:
    """The corrections in a file's bytes; raises ReportError, naming it, where it holds none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{name}: cannot be read: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ReportError(f"{name} is not a JSON object whose values are strings")
    return found


def corrections_bytes(corrections: Mapping[str, str]) -> bytes:
    """The file that ``read_corrections`` reads."""
    return json.dumps(dict(corrections), indent=1).encode() + b"\n"


def with_corrections(document: Document, corrections: Mapping[str, str]) -> Document:
    """The document with what is known of it, as corrected; raises ReportError."""
    return replace(document, facts=corrected(facts_of(document), corrections))
