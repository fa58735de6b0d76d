"""What every reader of a format hands over: the elements of a report in reading order."""

from __future__ import annotations

from dataclasses import dataclass

from index.types import BlockKind


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text that stands together on one line of a page, or anywhere where there are no pages.

    ``glue`` goes before it where another stretch of the element does. ``edges`` are the left
    edges of its characters and the right edge of the last; ``top`` and ``bottom`` hold the
    line. In points from the page's upper left corner; without a page there are none.
    ``repeated`` says that the words are written here once more, as a column's heading before
    each of its cells: they stand on ``page``, which need not be the page of the element.
    """

    text: str
    glue: str = " "
    page: int | None = None
    edges: tuple[float, ...] = ()
    top: float = 0.0
    bottom: float = 0.0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """A heading, paragraph, bullet or date line.

    ``level`` is that of a heading (1 the title) or the depth of a bullet (0 the outermost).
    ``marker`` is what stands before it and is not part of it: a bullet, a paragraph's number.
    ``tight`` says that no blank line goes before it, as between the rows of a table.
    """

    kind: BlockKind
    stretches: tuple[Stretch, ...]
    level: int = 0
    marker: str = ""
    tight: bool = False

    @property
    def text(self) -> str:
        """The words alone, as they are joined in the document."""
        first, *others = self.stretches
        return first.text + "".join(other.glue + other.text for other in others)


@dataclass(frozen=True, slots=True)
class Flow:
    """A report as read: its elements, and the width and height of its pages, if it has pages."""

    elements: tuple[Element, ...]
    sizes: tuple[tuple[float, float], ...] = ()
    title: str | None = None
