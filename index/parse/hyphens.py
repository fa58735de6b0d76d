"""Words broken at the ends of lines, put together again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"(?P<head>\w[\w’'-]*)-\Z")
_FIRST = re.compile(r"\w[\w’'-]*")
_ADDRESS = re.compile(r"(https?://|www\.)\S*[/\-_=&?]\Z", re.IGNORECASE)
_SUSPENDED = ("and", "or", "to", "nor", "but")
_FEWEST = 2


class Hyphens:
    """How a report writes its words, from the lines on which they stand whole.

    ``lines`` are all its lines in reading order.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._words = Counter(
            word.casefold() for line in lines for word in _WORD.findall(_BROKEN.sub("", line))
        )
        pairs = [_parts(before, after) for before, after in pairwise(lines)]
        certain = sum(1 for pair in pairs if pair and self._words["".join(pair)])
        self._breaks_words = certain >= _FEWEST

    def join(self, before: str, after: str) -> tuple[str, str]:
        """``before`` and what goes between it and ``after``, the line that follows it.

        A hyphen at the end goes where the report has the word without it elsewhere, or has
        neither form but breaks other words so; web addresses are joined.
        """
        if _ADDRESS.search(before) and after[:1].isalnum():
            return before, ""
        parts = _parts(before, after)
        if parts is None:
            ends = before.endswith("-") and after.split(" ", 1)[0] not in _SUSPENDED
            return before, "" if ends and _BROKEN.search(before) and after[0].isalnum() else " "
        whole, split = self._words["".join(parts)], self._words["-".join(parts)]
        if whole > split or (not whole and not split and self._breaks_words):
            return before[:-1], ""
        return before, ""


def _parts(before: str, after: str) -> tuple[str, str] | None:
    """The two parts of a word in small letters that a hyphen breaks, None where none does."""
    match, following = _BROKEN.search(before), _FIRST.match(after)
    if match is None or following is None or following.group() in _SUSPENDED:
        return None
    head, tail = match["head"], following.group()
    if not (head[-1].isalpha() and tail[0].islower()):
        return None
    return head.rsplit("-", 1)[-1].casefold(), tail.split("-")[0].casefold()
