"""What opens a line of a PDF: a bullet, or the number of an item or a paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.parse.pdf.order import Line

_SIGNS = "•●▪◦‣∙·■□◼◻◾◽○◆◇❖➢➤►▶✓✔➔→*\u00a7"
_DASHES = "–—−-"
_SIGN = re.compile(rf"([{re.escape(_SIGNS)}\ue000-\uf8ff])\s*(?=\S)|([o{_DASHES}])\s+(?=\S)")
_NUMBER = re.compile(r"\(?(?P<number>\d{1,3}|[a-z]|[ivx]{1,4})[.)](\s+|(?=[A-Z‘“]))(?=\S)")
_RECOMMENDED = re.compile(r"R(?P<number>\d{1,2})[.:)]?\s+(?=[A-Z‘“])")
_DEEP_NUMBER = re.compile(r"(\d{1,2}(\.\d{1,3}){1,3}\.?|S\d{1,3})\s+(?=\S)")
_WIDE = 0.45


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a line: ``length`` characters of it, to be left out of its words.

    ``left`` is where it stands, ``hang`` where the words behind it do, in points.
    ``number`` is that of an item; None for bullets. ``wide`` says that it is set off from the
    words by more than a space.
    """

    length: int
    sign: str
    left: float
    hang: float
    number: int | None
    wide: bool

    @property
    def is_deep(self) -> bool:
        """Whether it is the number of a paragraph within a chapter, such as "2.13"."""
        return re.fullmatch(r"\d+(\.\d+)+\.?|S\d+", self.sign) is not None

    @property
    def is_number(self) -> bool:
        return self.sign.rstrip(".)")[-1:].isalnum() and self.sign != "o"


def opening(line: Line) -> Opening | None:
    """What opens a line, None where there is nothing of the kind or nothing behind it."""
    if line.sign:
        return Opening(0, "•", line.sign_left, line.left, None, True)
    patterns = (_SIGN, _NUMBER, _RECOMMENDED, _DEEP_NUMBER)
    match = next((found for one in patterns if (found := one.match(line.text))), None)
    if match is None:
        return None
    sign = match.group().strip()
    hang = line.edges[match.end()]
    gap = hang - line.edges[len(match.group().rstrip())]
    wide = gap > _WIDE * line.size
    if sign == "o" and not wide:
        return None
    number = match.groupdict().get("number") or ""
    return Opening(
        match.end(), sign, line.left, hang, int(number) if number.isdigit() else None, wide
    )


def is_lone_sign(words: str) -> bool:
    """Whether a line is a bullet alone, its item on the next line."""
    return len(words) == 1 and (words in _SIGNS + _DASHES or "\ue000" <= words <= "\uf8ff")
