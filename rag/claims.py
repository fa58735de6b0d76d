"""What a language model writes, taken apart into sentences with their markers as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.asked import tidy

ClaimKind = Literal["sentence", "bullet", "lead_in"]

_LONGEST = 1500
_MARKER = re.compile(
    r"\s*[\[【](?:(?:passage|source|ref)s?\.?\s*)?(\d{1,4}(?:\s*[,;&–-]\s*\d{1,4})*)[\]】]",
    re.IGNORECASE,
)
_END = re.compile(rf"[.!?…][\"'”’)]*(?:{_MARKER.pattern})*(?=\s)", re.IGNORECASE)
# Markers before the full stop: nothing of the sentence can follow but a quotation mark.
_CLOSED = re.compile(rf"{_MARKER.pattern}\s*[.!?]", re.IGNORECASE)
_CLOSING = "”’) "
_ABBREVIATED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|nos|vs|etc|e\.g|i\.e|cf|approx|inc|ltd|sgt|insp|supt|p|pp)"
    r"|\b[a-z])\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-*•–‣◦]|\(?\d{1,2}[.)])\s+")
_HEADING = re.compile(r"#{1,6}\s+")
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_OPEN_THOUGHT = re.compile(r"<think>(?!.*</think>).*$", re.DOTALL)
_EMPHASIS = re.compile(r"(\*\*|__|`+|(?<!\w)[*_](?=\w)|(?<=[\w.,;:!?])[*_](?!\w))")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that a model wrote, without its markers, and the passages that they number.

    ``lead_in`` is the line that introduces a bullet.
    """

    kind: ClaimKind
    text: str
    markers: tuple[int, ...] = ()
    lead_in: str = ""


class ClaimReader:
    """Takes a model's text in pieces and gives its sentences as soon as each is whole."""

    def __init__(self) -> None:
        self._text = ""
        self._in_bullet = False
        self._lead_in = ""

    def feed(self, piece: str) -> list[Claim]:
        """The sentences that are whole now."""
        self._text += piece
        return list(self._whole())

    def close(self) -> list[Claim]:
        """What is left when nothing more comes."""
        self._text = _OPEN_THOUGHT.sub("", self._text) + "\n"
        found = list(self._whole())
        return found + [claim for claim in [self._claim(self._text, True)] if claim]

    def _whole(self) -> Iterator[Claim]:
        while True:
            self._text = _THOUGHT.sub("\n", self._text)
            if "<think" in self._text or (self._text and "<think".startswith(self._text.strip())):
                return
            end = self._end()
            if not end:
                return
            piece, self._text = self._text[:end], self._text[end:]
            ends_line = piece.endswith("\n") or self._text.lstrip(" \t").startswith("\n")
            claim = self._claim(piece, ends_line)
            if claim:
                yield claim

    def _end(self) -> int:
        """Where the first sentence ends in what has come; 0 where that is not known yet."""
        line = self._text.find("\n")
        if line == 0:
            return 1
        closed = _CLOSED.search(self._text)
        ends = [line + 1] if line > 0 else []
        if closed:
            ends.append(closed.end())
        first = min(ends, default=0)
        for match in _END.finditer(self._text):
            if first and first <= match.end():
                break
            after = self._text[match.end() :].lstrip(" \t")
            if not after:
                break
            stop = re.search(r"[.!?…]", match[0])
            before = self._text[: match.start() + (stop.end() if stop else 1)]
            begins = after[0].isupper() or not after[0].isalpha()
            is_number = _BULLET.fullmatch(before.lstrip() + " ") is not None
            if begins and after[0] not in "[【" and not is_number and not _short(before):
                return match.end()
        return first or (_LONGEST if len(self._text) > _LONGEST else 0)

    def _claim(self, piece: str, ends_line: bool) -> Claim | None:
        text = piece.strip().lstrip(_CLOSING)
        heading = _HEADING.match(text)
        bullet = _BULLET.match(text)
        if heading:
            text = text[heading.end() :]
        elif bullet:
            self._in_bullet = True
            text = text[bullet.end() :]
        markers = tuple(dict.fromkeys(n for m in _MARKER.finditer(text) for n in _numbers(m[1])))
        text = tidy(_EMPHASIS.sub("", _MARKER.sub("", text))).strip()
        text = re.sub(r"\s+([.,;:!?])", r"\1", text)
        in_bullet = self._in_bullet
        if ends_line:
            self._in_bullet = False
        if not any(character.isalnum() for character in text) or text.startswith("```"):
            return None
        if heading or text.endswith(":"):
            self._lead_in = "" if heading else text
            return Claim("lead_in", text, markers)
        if in_bullet:
            return Claim("bullet", text, markers, self._lead_in)
        self._lead_in = ""
        return Claim("sentence", text, markers)


def _numbers(written: str) -> list[int]:
    """The numbers of a marker; "1-3" are three, a longer run than ten is taken for its ends."""
    found: list[int] = []
    for part in re.split(r"[,;&]", written):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        if len(ends) == 2 and 0 < ends[1] - ends[0] < 10:
            found += range(ends[0], ends[1] + 1)
        else:
            found += ends
    return found


def _short(before: str) -> bool:
    return before.endswith(".") and _ABBREVIATED.search(before) is not None
