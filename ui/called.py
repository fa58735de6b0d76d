"""Functions of the server that the page's scripts call by name, each with one value of JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

import gradio as gr
from pydantic import ValidationError

from index.errors import PeelError
from ui.desk import Desk
from ui.desks import Desks

Called = Callable[[Any, gr.Request], dict[str, Any]]

NOT_SO: Final = "This page sent something that the chat does not know; please load it anew."

logger = logging.getLogger(__name__)


def called(desks: Desks, function: Callable[[Any, Desk], dict[str, Any]]) -> Called:
    """The function for the page, given the desk of who calls it.

    It says what is wrong as ``error``, which the page shows.
    """

    def call(data: Any, request: gr.Request) -> dict[str, Any]:
        try:
            return function(data, desks.of(request))
        except ValidationError:
            return {"error": NOT_SO}
        except PeelError as error:
            return {"error": str(error)}
        except Exception:
            logger.exception("what the page asked for failed")
            return {"error": "Something went wrong here, and the fault was noted."}

    call.__name__ = function.__name__
    return call
