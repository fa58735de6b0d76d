"""How well reports are read: headings and bullets against what people see on the pages.

``python -m eval.reading FOLDER`` prints the scores of the reports in a folder with an
``outline.json``; its format is that of ``tests/data/reports/outline.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.parse import read_report
from index.types import Block, Document


@dataclass(frozen=True, slots=True)
class Mark:
    """A heading or the opening words of a bullet; the first page is 1.

    ``level`` is that of a heading (1 the title) or the depth of a bullet (0 the outermost).
    """

    page: int
    level: int
    words: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What stands on a report's pages, as a person sees it.

    ``numbered`` counts its numbered paragraphs, which run from 1 on.
    """

    headings: tuple[Mark, ...]
    bullets: tuple[Mark, ...]
    numbered: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How found marks agree with those that are there: counts, and the marks that differ."""

    there: int
    found: int
    agreed: int
    levels_agreed: int
    missed: tuple[Mark, ...]
    invented: tuple[Mark, ...]

    @property
    def f1(self) -> float:
        """2 agreed / (there + found); 1 where there is nothing and nothing was found."""
        total = self.there + self.found
        return 2 * self.agreed / total if total else 1.0

    @classmethod
    def total(cls, parts: Iterable[Agreement]) -> Agreement:
        """The sum over reports, so that every mark counts alike."""
        parts = list(parts)
        return cls(
            sum(part.there for part in parts),
            sum(part.found for part in parts),
            sum(part.agreed for part in parts),
            sum(part.levels_agreed for part in parts),
            tuple(mark for part in parts for mark in part.missed),
            tuple(mark for part in parts for mark in part.invented),
        )


def load_outlines(path: Path) -> dict[str, Outline]:
    """The outlines of reports by file name; raises OSError, ValueError or KeyError."""
    return {
        name: Outline(
            tuple(Mark(*mark) for mark in outline["headings"]),
            tuple(Mark(*mark) for mark in outline["bullets"]),
            outline["numbered"],
        )
        for name, outline in json.loads(path.read_text(encoding="utf-8")).items()
    }


def outline_of(document: Document) -> Outline:
    """What was read in a document, to be compared with what is there."""
    before = [document.text[: block.start].rsplit("\n", 1)[-1] for block in document.blocks]
    return Outline(
        tuple(_mark(document, block) for block in document.blocks if block.kind == "heading"),
        tuple(_mark(document, block) for block in document.blocks if block.kind == "bullet"),
        sum(
            block.kind == "paragraph" and lead.strip().rstrip(".").isdigit()
            for block, lead in zip(document.blocks, before, strict=True)
        ),
    )


def agreement(there: Sequence[Mark], found: Sequence[Mark], *, openings: bool = False) -> Agreement:
    """Marks agree where page and words do, spaces aside; each agrees with one other at most.

    With ``openings`` the words that are there are only the first ones.
    """
    left = list(found)
    missed: list[Mark] = []
    levels = 0
    for mark in there:
        same = [other for other in left if _agree(mark, other, openings=openings)]
        same.sort(key=lambda other: other.level != mark.level)
        if same:
            left.remove(same[0])
            levels += same[0].level == mark.level
        else:
            missed.append(mark)
    agreed = len(there) - len(missed)
    return Agreement(len(there), len(found), agreed, levels, tuple(missed), tuple(left))


def _agree(there: Mark, found: Mark, *, openings: bool) -> bool:
    ours, theirs = " ".join(found.words.split()), " ".join(there.words.split())
    same = ours.startswith(theirs) if openings else ours == theirs
    return same and there.page == found.page


def _mark(document: Document, block: Block) -> Mark:
    return Mark(block.page or 0, block.level, document.quote(block))


def main() -> None:
    """Print the scores of the reports in a folder."""
    folder = Path(sys.argv[1])
    headings: list[Agreement] = []
    bullets: list[Agreement] = []
    for name, there in load_outlines(folder / "outline.json").items():
        found = outline_of(read_report(folder / name))
        headings.append(agreement(there.headings, found.headings))
        bullets.append(agreement(there.bullets, found.bullets, openings=True))
        print(f"{name}: numbered paragraphs {found.numbered} of {there.numbered}")
    for kind, parts in (("headings", headings), ("bullets", bullets)):
        total = Agreement.total(parts)
        print(
            f"{kind}: F1 {total.f1:.3f} ({total.agreed} of {total.there} found, "
            f"{total.found - total.agreed} invented), level right {total.levels_agreed}"
        )
        for mark in total.missed:
            print(f"  missed, page {mark.page}: {mark.words}")
        for mark in total.invented:
            print(f"  invented, page {mark.page}: {mark.words[:80]}")


if __name__ == "__main__":
    main()
