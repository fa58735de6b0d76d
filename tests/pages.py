"""Reads HTML as a browser would, so that tests can say what a page holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class Element:
    """An element with its attributes, its text and everything inside of it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The names in its class attribute."""
        return self.attributes.get("class", "").split()


class Page(HTMLParser):
    """The elements of an HTML text in the order in which they open."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.text = ""
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def find(self, name: str) -> list[Element]:
        """Every element with this tag or, after a dot, this class."""
        if name.startswith("."):
            return [element for element in self.elements if name[1:] in element.classes]
        return [element for element in self.elements if element.tag == name]

    def having(self, attribute: str) -> list[Element]:
        """Every element with this attribute."""
        return [element for element in self.elements if attribute in element.attributes]

    @property
    def tags(self) -> set[str]:
        """The tags that occur."""
        return {element.tag for element in self.elements}

    @property
    def handlers(self) -> list[str]:
        """The attributes that would run a script."""
        return [
            name
            for element in self.elements
            for name, value in element.attributes.items()
            if name.startswith("on") or value.strip().lower().startswith("javascript:")
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        for outer in self._open:
            outer.inside.append(element)
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for element in self._open:
            element.text += data
