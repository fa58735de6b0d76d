"""What works of a language model and what does not, tried out step by step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from index.errors import LLMError
from rag.claims import ClaimReader
from rag.config import WriteConfig
from rag.llm import LLMSettings, open_llm, reply
from rag.prompts import answer_prompt, check_prompt
from rag.streaming import Stream

_PASSAGE = (
    '{"passage": 1, "report": "Test", "section": "Test", '
    '"text": "The force is good at finding missing people."}'
)
_QUESTION = "Is the force good at finding missing people?"


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that was tried; ``said`` is what came of it, or the fault and its mend."""

    what: str
    works: bool
    said: str


def try_out(settings: LLMSettings, config: WriteConfig) -> Iterator[Tried]:
    """Asks the model for a word, then for a small answer as answers are asked for.

    Ends at the first thing that does not work.
    """
    yield Tried("settings", True, f"{settings.model} at {settings.base_url}")
    llm = open_llm(settings)
    try:
        begun = time.monotonic()
        words = reply(llm, check_prompt())
        yield Tried("answers", True, f"{_cut(words)!r} in {time.monotonic() - begun:.1f} s")
    except LLMError as error:
        yield Tried("answers", False, str(error))
        return
    begun = time.monotonic()
    first = 0.0
    reader, claims = ClaimReader(), []
    try:
        stream = Stream(
            llm,
            answer_prompt(_QUESTION, [_PASSAGE]),
            first_words=config.first_words,
            silence=config.silence,
            deadline=config.deadline,
        )
        with closing(stream):
            for piece in stream:
                first = first or time.monotonic() - begun
                claims += reader.feed(piece)
        claims += reader.close()
    except LLMError as error:
        yield Tried("streams", False, str(error))
        return
    yield Tried("streams", True, f"first words after {first:.1f} s")
    if any(claim.markers == (1,) for claim in claims):
        yield Tried("cites", True, "it cites passages as it is asked to")
        return
    yield Tried(
        "cites",
        False,
        "it does not cite the passage it is given; its sentences are still proven or marked, "
        "but a larger model may answer better",
    )


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:37]}..."
