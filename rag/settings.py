"""What ``peel.toml`` says of the user's language model.

::

    [llm]
    base_url = "http://localhost:11434/v1"
    model = "llama3.1"
    context_tokens = 8192
    unproven = "leave out"   # or "mark", what is done without it

The file stands in the working folder, or in ``~/.config/peel``; ``PEEL_CONFIG`` names another.
Flags and variables of the environment come before it.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from index.errors import LLMError
from rag.config import WriteConfig

FILE: Final = "peel.toml"
_WORDS: Final = ("base_url", "model", "api_key")
_TOKENS: Final = ("context_tokens", "answer_tokens")
_NUMBERS: Final = (*_TOKENS, "deadline", "first_words", "silence")
_UNPROVEN: Final = {"mark": False, "leave out": True}


@dataclass(frozen=True)
class LLMTable:
    """The table ``[llm]`` of a file, its values checked; empty where there is no file."""

    path: Path | None = None
    words: tuple[tuple[str, str], ...] = ()
    timeout: float | None = None
    writing: WriteConfig = field(default_factory=WriteConfig)

    def __repr__(self) -> str:
        return f"LLMTable({self.path})"  # a key is in no representation

    def get(self, name: str) -> str:
        """The words of an entry, empty where it has none."""
        return dict(self.words).get(name, "")


def llm_table() -> LLMTable:
    """The language model's table of the settings file, if there is one.

    Raises LLMError, naming the file and never a value of it that may be secret, where it is
    not what it should be.
    """
    path = _found()
    if path is None:
        return LLMTable()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LLMError(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError):
        # The parser's message can repeat a line, and a line can hold a key.
        raise LLMError(f'{path} is no TOML; write entries such as model = "NAME"') from None
    table = data.get("llm", {})
    if not isinstance(table, dict):
        raise LLMError(f"{path}: 'llm' must be a table, begun by the line [llm]")
    known = (*_WORDS, *_NUMBERS, "timeout", "unproven")
    if unknown := sorted(set(table) - set(known)):
        raise LLMError(f"{path}: [llm] has no entry {unknown[0]!r}; it may have {', '.join(known)}")
    numbers = {name: _number(table, name, path) for name in (*_NUMBERS, "timeout") if name in table}
    timeout = numbers.pop("timeout", None)
    entries: dict[str, Any] = {
        name: int(value) if name in _TOKENS else value for name, value in numbers.items()
    }
    entries["leave_out"] = _unproven(table.get("unproven", "mark"), path)
    writing = replace(WriteConfig(), **entries)
    words = tuple((name, _word(table, name, path)) for name in _WORDS if name in table)
    return LLMTable(path, words, timeout, writing)


def _found() -> Path | None:
    named = os.environ.get("PEEL_CONFIG")
    if named:
        return Path(named)
    places = (Path(FILE), Path.home() / ".config" / "peel" / FILE)
    return next((path for path in places if path.is_file()), None)


def _word(table: dict[str, Any], name: str, path: Path) -> str:
    if not isinstance(table[name], str):
        raise LLMError(f"{path}: {name} must be a text, in quotation marks")
    return str(table[name])


def _number(table: dict[str, Any], name: str, path: Path) -> float:
    value = table[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise LLMError(f"{path}: {name} must be a number above 0")
    return float(value)


def _unproven(value: object, path: Path) -> bool:
    if value not in _UNPROVEN:
        raise LLMError(f'{path}: unproven must be "mark" or "leave out"')
    return _UNPROVEN[str(value)]
