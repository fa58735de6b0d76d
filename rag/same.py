"""Sentences that say the same thing twice, as a summary and its detail do."""

from __future__ import annotations

from collections.abc import Sequence

import Stemmer

from rag.answerable import own_words
from rag.leaning import antecedent
from rag.read import Evidence

_FEWEST_WORDS = 4
# Words that turn what a sentence says; the words of meaning leave most of them out.
_TURNS = frozenset("no not never without nor should must need needs could cannot".split())


def said_twice(evidence: Sequence[Evidence]) -> list[list[Evidence]]:
    """The evidence in groups that say one thing, in the order of their first; most are alone.

    A sentence joins another of its report where one of the two has at least four words of
    meaning, all of which stand in the other by their stems, and both have the same negations.
    The first of a group says the most. Bullets stay alone, whose sense hangs on their list, and
    so do sentences that point back: "This is better" says it of another thing each time.
    """
    groups: list[list[Evidence]] = []
    for item in evidence:
        group = next((group for group in groups if _same(group[0], item)), None)
        if group is None:
            groups.append([item])
        elif len(item.text) > len(group[0].text):
            group.insert(0, item)
        else:
            group.append(item)
    return groups


def _same(first: Evidence, second: Evidence) -> bool:
    if first.document is not second.document or _hangs(first) or _hangs(second):
        return False
    fewer, more = sorted((_stems(first.text), _stems(second.text)), key=len)
    return len(fewer) >= _FEWEST_WORDS and fewer <= more and _turns(first) == _turns(second)


def _hangs(item: Evidence) -> bool:
    """Whether its sense hangs on other words."""
    return item.unit.kind == "bullet" or antecedent(item.document, item.unit) is not None


def _stems(text: str) -> frozenset[str]:
    words = [word.lower() for word in own_words(text)]
    return frozenset(Stemmer.Stemmer("english").stemWords(words))


def _turns(item: Evidence) -> frozenset[str]:
    return _TURNS & frozenset(item.text.lower().split())
