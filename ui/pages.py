"""A PDF's page as the reader sees it: its image, and where the quoted words stand on it."""

from __future__ import annotations

import base64
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from index.errors import LibraryError
from index.types import Document
from ui.called import Called, called
from ui.desk import Desk
from ui.desks import Desks

_SPANS = 40


class _Span(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class _Asked(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    document: str
    page: int = Field(ge=0)
    at: int = Field(ge=0)
    spans: list[_Span] = Field(max_length=_SPANS)


def paging(desks: Desks) -> Called:
    """A function for the page: one of a report's pages with marks.

    It takes the report's id, a page or 0 for that of the offset ``at``, and spans of the report's
    text. It gives the page's number, how many there are, its size in points, the image as a
    data address, and marks: a span's place in the list, then left, top, width and height in
    points.
    """

    def paint(data: Any, desk: Desk) -> dict[str, Any]:
        asked = _Asked.model_validate(data)
        document = desk.documents.get(asked.document)
        if document is None:
            raise LibraryError(f"there is no report {asked.document!r} here any more")
        number = asked.page or _page_at(document, asked.at)
        image = desk.holder(asked.document).painter.page(asked.document, number)
        width, height = document.layout.sizes[number - 1]
        return {
            "page": number,
            "pages": len(document.layout.sizes),
            "width": width,
            "height": height,
            "image": f"data:image/png;base64,{base64.b64encode(image).decode()}",
            "marks": [
                (place, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0)
                for place, span in enumerate(asked.spans)
                for box in document.boxes(span.start, span.end)
                if box.page == number
            ],
        }

    return called(desks, paint)


def _page_at(document: Document, offset: int) -> int:
    """The page on which the words at an offset are printed; the first where none is known.

    That of the sentence that begins there: a row may begin with its column's heading overleaf.
    """
    begun = next((unit.page for unit in document.units if unit.start == offset), None)
    boxes = document.boxes(offset, offset + 1)
    return begun or (boxes[0].page if boxes else document.page_at(offset)) or 1
