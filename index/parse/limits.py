"""How much a reader of hostile formats may use before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """The limits of one reader process, each well above what a real report needs.

    ``memory`` is its address space in bytes, ``seconds`` its processor time, ``wait`` how many
    seconds it is waited for on a busy machine, and ``output`` the size in bytes of its answer.
    A file with more ``pages``, ``characters``, nested elements (``depth``), or bytes when it is
    ``unpacked`` is refused with that number.
    """

    memory: int = 1 << 30
    seconds: int = 60
    wait: int = 300
    output: int = 1 << 28
    pages: int = 3_000
    characters: int = 20_000_000
    depth: int = 500
    unpacked: int = 1 << 28
