"""``peel llm check``, and the language model of the settings for the other commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ui.common import echo
from ui.enriching import ApiKey, BaseUrl, Model, Timeout

if TYPE_CHECKING:
    from rag.generate import Writer

llm_app = typer.Typer(help="Your own language model, which may write answers.")


@llm_app.callback()
def llm() -> None:
    """Your own language model, which may write answers."""


@llm_app.command("check")
def check(
    base_url: BaseUrl = None,
    model: Model = None,
    api_key: ApiKey = None,
    timeout: Timeout = None,
) -> None:
    """Try the language model out: is it reached, does it answer, stream and cite.

    The exit status is 1 where something does not work.

    Examples:

        PEEL_LLM_BASE_URL=http://localhost:11434/v1 PEEL_LLM_MODEL=llama3.1 peel llm check
    """
    from rag.check import try_out
    from rag.llm import LLMSettings
    from rag.settings import llm_table

    settings = LLMSettings.from_env(base_url, model, api_key, timeout)
    works = True
    for tried in try_out(settings, llm_table().writing):
        works = works and tried.works
        echo(f"{'ok  ' if tried.works else 'fails'} {tried.what}: {tried.said}")
    if not works:
        raise typer.Exit(1)


def writer_of(
    base_url: str | None, model: str | None, api_key: str | None, timeout: float | None
) -> Writer:
    """The writer of the flags, the environment and ``peel.toml``; raises LLMError for none."""
    from rag.generate import Writer
    from rag.llm import LLMSettings

    return Writer.from_settings(LLMSettings.from_env(base_url, model, api_key, timeout))


def writer_if_set(
    base_url: str | None, model: str | None, api_key: str | None, timeout: float | None
) -> Writer | None:
    """The same, None where no address is given anywhere."""
    from rag.settings import llm_table

    # Typer has put the variables of the environment into the options.
    if not (base_url or llm_table().get("base_url")):
        return None
    return writer_of(base_url, model, api_key, timeout)
