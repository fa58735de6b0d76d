"""A question taken apart by word order: who does what, and what it is about.

Made for short questions on inspection reports.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from rag.subjects import is_body, sound, subject_end
from rag.words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    DETERMINERS,
    DO,
    HAVE,
    PAST,
    PREPOSITIONS,
    QUESTION_WORDS,
    VERBS,
    Words,
    head,
    is_participle,
    is_plural,
    is_verb,
    plain,
    says,
    spelt_out,
)

_SAYING = re.compile(
    r"\W*(?:(?:please|can you|could you)\s+)*(?:"
    r"(?:tell|give|show)\s+me\s+(?:more\s+|anything\s+|something\s+)?(?:about|on|of)"
    r"|(?:anything|everything|something|more|details?)\s+(?:about|on)|(?:what|how)\s+about"
    r"|what\s+(?:does|do|did|is|was|has|have)\s+(?:the\s+\w+|\w+)\s+"
    r"(?:say|said|find|found|make|think|conclude|do|doing|done)\s+(?:about|of|on|for|in|with|at))\s+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:(?:(?:in|at|by|on|for|to|with)\s+)?(?:which|what|whose)(?:\s+(?:kinds?|sorts?|types?)\s+of)?"
    r"|how\s+(?:many|much)(?:\s+of)?)\s+",
    re.IGNORECASE,
)
_SKILL = re.compile(
    r"(?:\w+ )?(?:good|better|bad|worse|best|effective|slow|quick) (?:at|in) (.+)", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:the|their|its|these|those)\s+", re.IGNORECASE)
_WITHIN = re.compile(r".*?\b(?:on|for|about|of|with|at|in|by|against) (.+)", re.IGNORECASE)
_LOOSE_DETERMINER = re.compile(r"(?:any|enough|some|more|(?:so )?(?:few|many))\s+", re.IGNORECASE)
_PRESENT = {past: verb for verb, past in PAST.items()}
_LONGEST_NOUN, _LONGEST_NOUN_WORDS = 100, 12


@dataclass(frozen=True)
class Clause:
    """A question in four parts, each possibly empty: "how well | does | it | use cameras"."""

    lead: str
    auxiliary: str
    subject: str
    predicate: str

    @cached_property
    def asked_of(self) -> str:
        """The noun of the lead: "training" of "what training does ...?"."""
        match = _LEAD.match(self.lead)
        return self.lead[match.end() :] if match else ""

    @property
    def is_of_body(self) -> bool:
        """Whether it asks what the inspected body does or the report says."""
        return bool(self.subject) and is_body(self.subject)

    @property
    def is_name(self) -> bool:
        """Whether it is no question but a name: "Operation Encompass"."""
        small = PREPOSITIONS | DETERMINERS
        words = [word for word in self.subject.split() if plain(word) not in small]
        others = self.lead + self.auxiliary + self.predicate
        return (
            bool(words)
            and not others
            and not any(plain(word)[:1] == word[0] and word[0].islower() for word in words)
        )

    @cached_property
    def nouns(self) -> tuple[str, ...]:
        """What it is about, as noun phrases, what a pronoun is likeliest to mean first."""
        asked_of = [f"the {self._relative()}"] if self.asked_of else []
        said = [_object(self.predicate)]
        if self.subject and not self.is_of_body:
            said.insert(0, self.subject)
        found = [*asked_of, *map(sound, said)]
        found += [sound(within[1]) for noun in found if (within := _WITHIN.match(noun))]
        definite = map(_definite, found)
        return tuple(dict.fromkeys(noun for noun in definite if _is_sound(noun)))

    @cached_property
    def doing(self) -> str:
        """What is done, as a noun: "using cameras"; empty where the question has no such verb."""
        if skill := _SKILL.match(self.predicate):
            return skill[1]
        verb, _, rest = self.predicate.partition(" ")
        who = "" if not self.subject or is_body(self.subject) else _definite(self.subject)
        if who and self.auxiliary in BE and is_participle(plain(verb)):
            goes_on = plain(verb).endswith("ing")
            return f"{who} {self.predicate}" if goes_on else f"{who} being {self.predicate}"
        no_verb = verb.lower() not in VERBS or self.auxiliary in HAVE
        if no_verb or self.asked_of or not rest:
            return ""
        return f"{who} {_gerund(verb)} {rest}".strip()

    def asking(self, ask: str, end: str = "", negation: str = "") -> str:
        """The same question asking something else, with a preposition at its end.

        Empty where that makes no question: "how soon" of "what are the gaps?".
        """
        auxiliary = self.auxiliary or ("do" if is_plural(self.asked_of) else "does")
        subject, predicate = self.subject or self.asked_of, self.predicate
        verb, _, rest = predicate.partition(" ")
        if not self.auxiliary and verb in _PRESENT:
            auxiliary, predicate = "did", f"{_PRESENT[verb]} {rest}".strip()
        if not subject or (not self.auxiliary and not self.asked_of):
            return ""
        if auxiliary in BE and not predicate:
            if not self.lead:
                subject = " ".join(filter(None, ("there", negation, subject)))
                negation = ""
            elif plain(ask) in ("why", "how come"):
                predicate = "as they are" if is_plural(subject) else "as it is"
            else:
                return ""
        elif self.subject and self.asked_of:
            predicate = f"{verb} {self.asked_of} {rest}".strip()
        return " ".join(filter(None, (ask, auxiliary, subject, negation, predicate, end))) + "?"

    def _relative(self) -> str:
        if self.subject.lower() == "there":
            return self.asked_of
        auxiliary = "" if self.auxiliary in BE | DO else self.auxiliary
        verb, _, rest = self.predicate.partition(" ")
        if self.auxiliary in BE and not self.subject and verb and not rest:
            return f"{verb} {_ARTICLE.sub('', self.asked_of)}"
        if self.subject:
            verb = _inflected(verb, self.auxiliary)
            parts = (self.asked_of, "that", self.subject, auxiliary, verb, rest)
        else:
            that = "" if self.auxiliary in BE else "that"
            parts = (self.asked_of, that, auxiliary, verb, rest, "")
        return " ".join(filter(None, parts))


def clause(question: str) -> Clause:
    """A question taken apart; what is no question becomes the subject of an empty one."""
    text = spelt_out(question).strip(" ?.!,;:")
    if saying := _SAYING.match(text):
        return Clause("", "", text[saying.end() :], "")
    words, low = Words.of(text).raw, Words.of(text).low
    place = next((n for n, word in enumerate(low[:10]) if word in AUXILIARIES), None)
    if place and low[place] in HAVE and not any(map(is_participle, low[place:])):
        place = None  # "which teams have too few sergeants" has no other verb
    if place is None:
        asks = bool(low) and low[0] in QUESTION_WORDS
        end = next((n for n, word in enumerate(low) if n and is_verb(word)), 1) if asks else 0
        lead, rest = " ".join(words[:end]), " ".join(words[end:])
        return Clause(lead, "", "", rest) if asks else Clause("", "", rest, "")
    lead = " ".join(words[:place])
    has_noun = bool(_LEAD.match(lead))
    end = subject_end(low, place, has_noun)
    subject, predicate = " ".join(words[place + 1 : end]), " ".join(words[end:])
    if subject.lower() == "there" and not has_noun:
        subject, predicate = predicate, ""
    return Clause(lead, low[place], subject, predicate)


def _object(predicate: str) -> str:
    """The noun phrase after verb, adverbs and prepositions: "people in crisis"."""
    words = Words.of(predicate)
    skip = 0
    for n, low in enumerate(words.low):
        # "Keeping" of "on keeping buildings secure" is a verb, "stalking" of "with stalking" not.
        does = low in VERBS or (low.endswith("ing") and words.after(n) not in PREPOSITIONS | {""})
        verb = not n or (words.before(n) in PREPOSITIONS and does)
        if not (verb or low in ADVERBS or low in PREPOSITIONS):
            break
        skip = n + 1
    rest = list(words.raw[skip:])
    while rest and (plain(rest[-1]) in ADVERBS | PREPOSITIONS or plain(rest[-1]).endswith("ly")):
        rest.pop()
    return " ".join(rest)


def _definite(noun: str) -> str:
    """A thing just brought up as one that is known: "the plan" for "a plan"."""
    first, _, rest = noun.partition(" ")
    return (
        f"the {rest}" if first.lower() in ("a", "an") else _LOOSE_DETERMINER.sub("", noun, count=1)
    )


def _is_sound(noun: str) -> bool:
    low = [plain(word) for word in noun.split()]
    is_short = len(noun) <= _LONGEST_NOUN and len(low) <= _LONGEST_NOUN_WORDS
    return (
        is_short
        and bool(low)
        and low[0] not in QUESTION_WORDS | {"that"}
        and "i" not in low
        and says(head(noun))
    )


def _gerund(verb: str) -> str:
    if re.search(r"[^eoy]e$", verb):
        return f"{verb[:-1]}ing"
    if re.search(r"(?:^|[^aeiou])[aeiou][bdgmnpt]$", verb) and (len(verb) < 5 or verb == "commit"):
        return f"{verb}{verb[-1]}ing"
    return f"{verb}ing"


def _inflected(verb: str, auxiliary: str) -> str:
    """The verb without its auxiliary: "gets" of "does ... get", "got" of "did ... get"."""
    if verb not in VERBS or auxiliary not in ("does", "did"):
        return verb
    stem = verb[:-1] + "i" if re.search(r"[^aeiou]y$", verb) else verb
    if auxiliary == "did":
        return PAST.get(verb) or (f"{verb}d" if verb.endswith("e") else f"{stem}ed")
    if verb == "have":
        return "has"
    return f"{stem}es" if stem != verb or re.search(r"(?:s|x|ch|sh|o)$", verb) else f"{verb}s"
