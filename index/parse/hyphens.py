"""Words broken at the ends of lines, put together again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:[-‑][^\W\d_]+)*")
_BROKEN = re.compile(r"(?P<head>[^\W\d_][\w’'-]*)-\Z")
_FIRST = re.compile(r"[^\W\d_][\w’'-]*")
_ADDRESS = re.compile(r"(https?://|www\.)\S*[/.\-_=&?]\Z", re.IGNORECASE)
_PREFIXES = frozenset(
    "all anti co cross ex full half high ill long low mid multi non off on out over part post pre"
    " re self semi short sub under well whole year child family home local peer"
    " person solution strength school trauma time two three four five".split()
)


class Hyphens:
    """How a report writes its words, from the lines on which they stand whole."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words = Counter(
            word.casefold() for line in lines for word in _WORD.findall(_unbroken(line))
        )

    def join(self, before: str, after: str) -> tuple[str, str]:
        """``before`` and what goes between it and ``after``, the line that follows it.

        A hyphen at the end goes where the report has the word without it elsewhere, or has
        neither form and the hyphen looks like the typesetter's; web addresses are joined.
        """
        if _ADDRESS.search(before) and after[:1].isalnum():
            return before, ""
        match, following = _BROKEN.search(before), _FIRST.match(after)
        if match is None or following is None:
            return before, " "
        head = match["head"].casefold()
        tail = following.group().casefold()
        if not following.group()[0].islower():
            return before, ""
        whole, split = self._words[head + tail], self._words[f"{head}-{tail}"]
        if whole > split or (not whole and not split and self._looks_broken(head, tail)):
            return before[:-1], ""
        return before, ""

    def _looks_broken(self, head: str, tail: str) -> bool:
        """Whether neither part of an unknown word is a word of the report by itself."""
        last = head.rsplit("-", 1)[-1]
        if last in _PREFIXES or "-" in head:
            return False
        return not (self._words[last] and self._words[tail.split("-")[0]])


def _unbroken(line: str) -> str:
    """A line without the word that it breaks off in."""
    return _BROKEN.sub("", line)
