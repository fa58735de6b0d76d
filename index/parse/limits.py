"""How much a reader of hostile formats may use before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """The limits of one reader process, each well above what a real report needs.

    ``memory`` is its address space in bytes, ``seconds`` both its processor time and the time
    that is waited for it; ``output`` is the size in bytes of what it may answer with.
    ``pages``, ``characters``, ``depth`` (of nested elements) and ``unpacked`` (bytes of a
    zipped file's content) are refused with their number where a file has more.
    """

    memory: int = 1 << 30
    seconds: int = 120
    output: int = 1 << 28
    pages: int = 3_000
    characters: int = 20_000_000
    depth: int = 500
    unpacked: int = 1 << 28
