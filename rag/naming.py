"""The names and the quoted words of a sentence, and whether its evidence has them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.names import tokens_of
from rag.normal import find
from rag.words import word_set

_QUOTED = re.compile(
    r"“([^“”]{2,400})”|\"([^\"]{2,400})\"|(?<![A-Za-z0-9])[‘']([^‘’'\n]{2,400}?)[’'](?![A-Za-z0-9])"
)
# Words with a capital that name nobody that a report would have to name too.
_PLAIN = word_set(
    "i the a an and or of in on for to january february march april may june july august september "
    "october november december monday tuesday wednesday thursday friday saturday sunday report "
    "inspection inspectors overall however although while since when if its it this these those "
    "they there areas area improvement yes no inspectorate force police service council authority "
    "local partnership ofsted's staff officers leaders children people chief constable "
    "commissioner crime department unit team board plan strategy"
)

_SMALL = word_set("of and the for to in on with a an")


def unfounded_quotes(sentence: str, texts: Iterable[str]) -> list[str]:
    """The words that a sentence puts into quotation marks and that none of the texts has."""
    texts = list(texts)
    quoted = (next(filter(None, match.groups())) for match in _QUOTED.finditer(sentence))
    return [words for words in quoted if not any(find(words, text) for text in texts)]


def unfounded_names(
    sentence: str, evidence: str, around: str, is_ordinary: frozenset[str]
) -> list[str]:
    """The names of a sentence that stand neither in its evidence nor around it.

    ``around`` is what the evidence is read with: title, headings, lead-in, names spelt out.
    A word that opens the sentence is a name where another one follows it, or where
    ``is_ordinary``, the words that the report has in lower case, lacks it though the report
    has it; a word in capitals always is.
    """
    known = {_single(token.word) for token in tokens_of(f"{evidence}\n{around}")}
    initials = _initials(f"{evidence}\n{around}")
    tokens = tokens_of(sentence)
    found = []
    for place, token in enumerate(tokens):
        word = token.word
        if not token.capital or word in _PLAIN or len(word) < 2:
            continue
        if token.opens and not token.shouted:
            after = tokens[place + 1] if place + 1 < len(tokens) else None
            goes_on = after is not None and after.capital and after.start <= token.end + 1
            if word in is_ordinary or not goes_on:
                continue
        if _single(word) in known or _single(word) in initials:
            continue
        found.append(sentence[token.start : token.end])
    return found


def _single(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _initials(text: str) -> frozenset[str]:
    """The abbreviations that runs of two to six words would have."""
    words = [word for word in re.findall(r"[A-Za-z]+", text.casefold()) if word not in _SMALL]
    return frozenset(
        "".join(word[0] for word in words[place : place + length])
        for length in range(2, 7)
        for place in range(len(words) - length + 1)
    )
