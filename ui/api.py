"""The chat's functions for programs: named endpoints of Gradio, their inputs checked.

Each returns plain JSON data; ``/ask`` the object of ``peel ask --json``. What is wrong with a
call is said in words, and a fault of ours is logged and not shown.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import gradio as gr
from gradio.events import api
from pydantic import ConfigDict, ValidationError, validate_call
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from index.errors import LLMError, PeelError
from rag import lookup
from rag.types import Answer

if TYPE_CHECKING:
    from rag.generate import Writer
    from ui.shelf import Shelf

GROUP: Final = "questions"
ENDPOINTS: Final = {
    "ask": "question and perhaps history, reports, where and llm",
    "search": "query and perhaps limit",
    "passage": "document, start, end and perhaps around",
    "reports": "",
    "sources": "answer",
}
FAULT: Final = "Something went wrong here, and the fault was noted. Please ask again."

_STRICT: Final = ConfigDict(strict=True)

T = TypeVar("T")

logger = logging.getLogger(__name__)


def add_endpoints(shelf: Shelf, writer: Writer | None = None) -> None:
    """Add /ask, /search, /passage, /reports and /sources to the Blocks that are being built."""

    def ask(
        question: str,
        history: list[str] | None = None,
        reports: list[str] | None = None,
        where: dict[str, str | list[str]] | None = None,
        llm: bool = False,
    ) -> dict[str, Any]:
        """The answer to a question; history holds the earlier questions, oldest first.

        It is asked of the reports that it names, among those with the ids in reports that meet
        the conditions of where, such as {"kind": "SEND", "published": "2024"}.
        With llm the language model of the chat writes it, every sentence proven or marked.
        """
        asked = written_by(writer, wanted=llm)
        return lookup.ask(
            shelf.now.qa, question, history or [], reports or None, where, asked
        ).to_dict()

    def search(query: str, limit: int = 8) -> dict[str, Any]:
        """The passages nearest to a query, best first."""
        return lookup.search(shelf.now.qa, query, limit).to_dict()

    def passage(document: str, start: int, end: int, around: int = 0) -> dict[str, Any]:
        """The words of a report from character start to end, and around so many more."""
        return lookup.excerpt(shelf.now.documents, document, start, end, around).to_dict()

    def reports() -> dict[str, Any]:
        """The reports that questions are asked of."""
        return lookup.reports(shelf.now.qa).to_dict()

    def sources(answer: dict[str, Any]) -> dict[str, Any]:
        """An answer's quotes with their references, and whether the reports prove it."""
        return lookup.sources(Answer.from_dict(answer), shelf.now.documents).to_dict()

    for endpoint in (ask, search, passage, reports, sources):
        api(checked(endpoint), api_name=endpoint.__name__, concurrency_id=GROUP)


def written_by(writer: Writer | None, *, wanted: bool) -> Writer | None:
    """The chat's language model, where it is wanted; raises LLMError where there is none."""
    if wanted and writer is None:
        raise LLMError(
            "this chat has no language model; start it with PEEL_LLM_BASE_URL and "
            "PEEL_LLM_MODEL set"
        )
    return writer if wanted else None


async def refuse_call(request: Request, error: Exception) -> Response:
    """What Gradio's own refusal of a call lacks: the names that there are, and no traceback."""
    _, is_call, name = request.url.path.partition("/call/v2/")
    if not is_call:
        raise error
    if name not in ENDPOINTS:
        names = ", ".join(ENDPOINTS)
        return JSONResponse({"detail": f"there is no such endpoint; there are {names}"}, 404)
    takes = ENDPOINTS[name]
    mend = f"{takes}; send a JSON object of these" if takes else "nothing; send {}"
    return JSONResponse({"detail": f"/{name} takes {mend}"}, 422)


def checked(function: Callable[..., T]) -> Callable[..., T]:
    """The function with its arguments checked by their types, and its faults as ``gr.Error``."""
    typed = validate_call(config=_STRICT)(function)

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> T:
        try:
            return typed(*arguments, **named)
        except PeelError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except ValidationError as error:
            raise gr.Error(_refusal(error, function), print_exception=False) from error
        except Exception as error:
            logger.exception("the endpoint %s failed", function.__name__)
            raise gr.Error(FAULT, print_exception=False) from error

    return call


def _refusal(error: ValidationError, function: Callable[..., Any]) -> str:
    """What is wrong with the first argument that is, by its name."""
    first = error.errors()[0]
    names = list(inspect.signature(function).parameters)
    place, *inside = first["loc"]
    name = names[place] if isinstance(place, int) and place < len(names) else place
    where = ".".join(str(step) for step in (name, *inside))
    return f"{where!r} cannot be used: {first['msg']}"
