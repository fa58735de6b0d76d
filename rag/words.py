"""English words by kind, as far as taking questions apart needs it: lists, no tagger."""

from __future__ import annotations

import re
from dataclasses import dataclass


def word_set(words: str) -> frozenset[str]:
    """The words of a list written with spaces."""
    return frozenset(words.split())


BE = word_set("is are was were isn't aren't wasn't weren't")
DO = word_set("do does did don't doesn't didn't")
HAVE = word_set("has have had hasn't haven't")
AUXILIARIES = (
    BE | DO | HAVE | word_set("can could should would will may might must can't couldn't won't")
)
QUESTION_WORDS = word_set("what which who whom whose how why when where")
PREPOSITIONS = word_set(
    "on in for about of with at to from by against under regarding concerning around over during "
    "through between into like after before without within across towards"
)
RELATIVES = word_set("who that which whose where when if because whether while as than")
ADVERBS = word_set(
    "well badly really actually often always ever still now already also only just not enough "
    "quickly closely up out off down over back together away along all any too very usually "
    "currently sometimes good bad better best worse worst able effective ready high low "
    "higher lower longer shorter larger smaller fewer less older newer easier harder faster slower "
    "true normal common usual"
)
# Words that say nothing of what a question is about.
EMPTY = word_set(
    "a an the and or but ok okay so then also what which who whom whose how why when where is are "
    "was were be been being do does did has have had can could should would will may might must "
    "of in on at to for from by with about any some all there it its that this these those them "
    "they their he she him his her hers please tell me say says said give us you we i my our more "
    "much many other else same too either since until soon often long ago s t"
)
DETERMINERS = word_set(
    "the a an this that these those its their his her my our your any some no each every all "
    "both either of other such more most"
)
# Base forms, as after "does" and "to": they tell where a subject ends.
VERBS = word_set(
    "accept access achieve act add address admit adopt advise affect agree aim allow analyse "
    "answer apply approach arrange arrest ask assess assist attend audit avoid become begin "
    "believe benefit bring build buy call care carry catch cause challenge change charge check "
    "choose close collect come communicate complain complete comply concern consider consult "
    "contact contribute control cope cost count cover create cut deal decide define delay "
    "deliver deploy describe detect deter develop disagree disclose discuss disrupt do draw drop "
    "earn employ enable encourage end enforce engage enhance ensure enter escalate establish "
    "evaluate examine exist expect experience explain face fail fall feel fill find finish fit "
    "focus follow fund gain gather get give go grow handle happen have hear help hire hit hold "
    "identify implement improve include increase influence inform inspect intend introduce "
    "invest investigate involve join judge keep know lack last lead learn leave let limit link "
    "listen live look lose maintain make manage match matter mean measure meet mention minimise "
    "miss monitor move need neglect note notice notify obtain offer open operate oversee own "
    "participate pass pay perform pick place plan play point practise praise prepare present "
    "prevent prioritise process produce progress promise promote protect provide publish pursue "
    "put raise rate reach react read realise receive recognise recommend record recover recruit "
    "reduce refer reflect refuse register rehearse rely remain remove repeat replace report "
    "require resolve respond retain return review rise run safeguard save say search secure see "
    "seek seem send serve set settle share show sign sit solve speak spend spot stand start stay "
    "step stop strengthen struggle study succeed suffer suggest supervise support suspend tackle "
    "take talk teach tell test think trace track train transfer travel treat trust try turn "
    "understand undertake update use value view visit wait want warn watch wear win wish work "
    "worry write"
)
PAST = dict(
    pair.split(":")
    for pair in (
        "get:got give:gave find:found make:made take:took see:saw say:said have:had do:did go:went "
        "keep:kept hold:held leave:left lose:lost tell:told send:sent spend:spent think:thought "
        "know:knew bring:brought write:wrote set:set put:put cut:cut run:ran meet:met pay:paid "
        "hear:heard fall:fell rise:rose become:became feel:felt "
        "come:came begin:began speak:spoke choose:chose"
    ).split()
)
_PARTICIPLES = word_set(
    "done made given taken held kept known shown seen told sent found paid met left lost built "
    "drawn written put spent taught brought caught heard born begun chosen become got gone come "
    "run set led going doing being had been dealt felt understood overseen undertaken withdrawn "
    "beaten broken driven eaten fallen forgotten hidden hurt let risen sold spoken spread stolen "
    "struck thrown torn won worn fought sought bought thought kept said"
)
ADJECTIVES = word_set(
    "fair unfair happy unhappy safe unsafe regular irregular clear unclear strong weak poor slow "
    "fast prompt timely consistent inconsistent adequate inadequate sufficient insufficient "
    "confident different similar common rare big small late early proud ill sick free full empty "
    "aware unaware keen willing reluctant stable unstable outstanding satisfied wrong right fit "
    "easy hard difficult honest thorough accurate open closed simple complex appropriate suitable "
    "complete modern robust secure visible quick short long tight loose broad narrow deep rich "
    "equal patchy risky busy tired friendly helpful up-to-date important urgent serious popular "
    "known unknown"
)
_PLURALS = word_set(
    "people public children men women police staff youngsters kids teens persons mice"
)
_NOT_PLURAL = re.compile(r"(?:ss|us|is|news|means|series)$")
PLAIN_SUBJECTS = word_set(
    "it they he she we you i one this that these those there anyone anybody someone everyone"
)
_NOTHING = word_set(
    "and or but not date time him them her thing things something anything else more here there"
)
_NAME = re.compile(
    r"(?<!^)(?<![.?!] )\b[A-Z][\w’'&-]*(?:\s+(?:(?:of|the|for|and)\s+)*[A-Z][\w’'&-]*)*"
    r"|\b[A-Z]{2,}s?\b"
)
_NO_NAME = word_set("I I'm I’m I'd I’d I've I’ve")
_SHORTENED = re.compile(r"\b(who|what|where|when|how|that|it|there)['’]s\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a question as they stand, and plain: lower case, without punctuation."""

    raw: tuple[str, ...]
    low: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of a text; "who's" is two."""
        raw = tuple(spelt_out(text).split())
        return cls(raw, tuple(map(plain, raw)))

    def before(self, n: int) -> str:
        """The plain word before the n-th, empty where there is none."""
        return self.low[n - 1] if n else ""

    def after(self, n: int) -> str:
        """The plain word after the n-th, empty where there is none."""
        return self.low[n + 1] if n + 1 < len(self.low) else ""

    @property
    def content(self) -> list[str]:
        """The plain words that say what the question is about."""
        return [word for word in self.low if word not in EMPTY]


def is_verb(word: str) -> bool:
    """Whether a word, in lower case, is a known verb: "give", "gives" or "gave"."""
    return (
        word in VERBS
        or word in PAST.values()
        or (word[-1:] == "s" and word[:-1] in VERBS)
        or word == "has"
    )


def is_participle(word: str) -> bool:
    """Whether a word, in lower case, looks like "trained", "training" or "taught"."""
    looks = re.search(r"\w\w[^e]ed$|\wsed$|\w{3}ing$", word) is not None
    return word in _PARTICIPLES or looks


def is_adjective(word: str) -> bool:
    """Whether a word, in lower case, says what something is like: "fair", "useful"."""
    return word in ADJECTIVES or re.search(r"\w{3}(?:ful|less|able|ible|ous)$", word) is not None


def is_noun(word: str) -> bool:
    """Whether a word, in lower case, is likely a noun."""
    closed = AUXILIARIES | QUESTION_WORDS | PREPOSITIONS | DETERMINERS | ADVERBS | RELATIVES
    return says(word) and word not in closed and not is_verb(word) and not is_participle(word)


def head(noun: str) -> str:
    """The chief word of a noun phrase: "crimes" of "the hate crimes recorded in May"."""
    words = core(noun).split()
    return plain(words[-1]) if words else ""


def core(noun: str) -> str:
    """A noun phrase up to its chief word: "the hate crimes" of "... recorded in May"."""
    words = noun.split()
    ends = (
        n
        for n, word in enumerate(map(plain, words))
        if (n and word in PREPOSITIONS | RELATIVES | {"not"})
        or (n > 1 and (word in AUXILIARIES or is_participle(word)))
    )
    return " ".join(words[: next(ends, len(words))])


def is_plural(noun: str) -> bool:
    """Whether a noun phrase is "they" rather than "it"."""
    word = head(noun)
    return word in _PLURALS or (word.endswith("s") and not _NOT_PLURAL.search(word))


def names(text: str) -> list[str]:
    """The capitalised names of a question, its first word aside, and abbreviations."""
    found = (re.sub(r"['’]s$", "", name) for name in _NAME.findall(text))
    return [name for name in found if name not in _NO_NAME]


def spelt_out(question: str) -> str:
    """The question with "who is" for "who's"."""
    return _SHORTENED.sub(r"\1 is", question)


def plain(word: str) -> str:
    """A word without the punctuation about it, in lower case."""
    return word.strip(' ?.!,;:()"“”‘').lower().replace("’", "'")


def says(word: str) -> bool:
    """Whether a word, in lower case, can be what is talked of."""
    return len(word) > 1 and word not in _NOTHING | PLAIN_SUBJECTS | DETERMINERS | AUXILIARIES
