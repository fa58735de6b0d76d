"""Web pages into elements: the article, without what the site puts around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.parse.flow import Element, Flow, Stretch
from index.parse.letters import plain
from index.parse.limits import ReaderLimits
from index.parse.marks import is_date, is_title, sign_marker
from index.parse.nodes import INLINE, check_depth, is_bold, is_shown, walk
from index.parse.rows import Cell, has_heading, is_labelled, list_marks, row_parts
from index.types import BlockKind

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_HEAD = 4096
_DEEPEST_HEADING, _PROSE_WORDS, _LONG_ITEM = 6, 45, 30


def read_html(data: bytes, limits: ReaderLimits, encoding: str | None = None) -> Flow:
    """The elements of a saved web page; raises ReportError where it is nested too deeply.

    ``encoding`` is what is known of it besides what the page says itself.
    """
    tree = LexborHTMLParser(_decoded(data, encoding))
    if tree.body is None:
        return Flow(())
    check_depth(tree.body, limits.depth)
    title = tree.css_first("title")
    name = plain(title.text()) if title is not None else None
    return Flow(tuple(_Reader().read(_article(tree))), title=name or None)


def _decoded(data: bytes, known: str | None) -> str:
    """The text of a page in its own encoding, as far as it is known; else UTF-8 or Windows-1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    named = _CHARSET.search(data[:_HEAD])
    own = named[1].decode("ascii", "replace") if named else "utf-8"
    for encoding in (known or own, own, "utf-8"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def _article(tree: LexborHTMLParser) -> LexborNode:
    """The part of a page that is its content."""
    for selector in ("main", "[role=main]", "article"):
        found = tree.css(selector)
        if len(found) == 1 and found[0].text(strip=True):
            return found[0]
    body = tree.body
    assert body is not None
    return body


@dataclass(slots=True)
class _Words:
    """The inline text of a block, as far as it has been read."""

    parts: list[str] = field(default_factory=list)
    bold: int = 0
    letters: int = 0

    def add(self, text: str, *, bold: bool) -> None:
        self.parts.append(text)
        count = sum(map(str.isalnum, text))
        self.letters += count
        self.bold += count if bold else 0


@dataclass(frozen=True, slots=True)
class _List:
    """A list that is open; ``numbered`` ones of long items are a report's paragraphs."""

    depth: int
    long: bool


class _Reader:
    """Walks a page without recursion, so that no nesting can exhaust the stack."""

    def __init__(self) -> None:
        self._found: list[Element] = []
        self._words = _Words()
        self._lists: list[_List] = []
        self._item = False
        self._level = 1
        self._label = ""

    def read(self, root: LexborNode) -> list[Element]:
        """The elements below a node, in order."""
        for node, opens in walk(root):
            if opens:
                self._open(node)
            else:
                self._close(node)
        self._flush("paragraph")
        return _ranked(self._found)

    def _open(self, node: LexborNode) -> None:
        tag = node.tag
        if tag == "-text":
            self._words.add(node.text_content or "", bold=is_bold(node))
        elif tag in ("br", "wbr"):
            self._words.add(" " if tag == "br" else "", bold=False)
        elif tag == "table":
            self._flush("paragraph")
            self._found += _table(node)
        elif tag not in INLINE:
            if not (tag == "p" and self._item):
                self._flush("paragraph")
            if tag in ("ul", "ol"):
                self._lists.append(_List(len(self._lists), tag == "ol" and _is_long(node)))
            elif tag == "li":
                self._item = True

    def _close(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if re.fullmatch(r"h[1-6]", tag):
            self._level = int(tag[1])
            self._flush("heading", self._level)
        elif tag == "li":
            self._flush("paragraph")
            self._item = False
        elif tag in ("ul", "ol") and self._lists:
            self._flush("paragraph")
            self._lists.pop()
        elif tag == "dt":
            self._label = plain("".join(self._words.parts)).rstrip(":")
            self._words = _Words()
        elif tag == "p" and self._item:
            self._words.add(" ", bold=False)
        elif tag not in INLINE and tag != "-text":
            self._flush("paragraph")

    def _flush(self, kind: BlockKind, level: int = 0) -> None:
        """Make an element of the words so far."""
        words, self._words = self._words, _Words()
        text = plain("".join(words.parts))
        if not any(map(str.isalnum, text)):
            return
        if self._label:
            text, self._label = f"{self._label}: {text}", ""
        marker = ""
        if kind == "paragraph" and self._item and self._lists:
            self._item = False
            if not self._lists[-1].long:
                kind, level, marker = "bullet", self._lists[-1].depth, "•"
        elif kind == "paragraph" and (sign := sign_marker(text)):
            marker = text[: sign.length].rstrip() if sign.number is not None else "•"
            kind, text = "bullet", text[sign.length :]
        elif kind == "paragraph" and words.letters == words.bold and is_title(text):
            kind, level = "heading", min(self._level + 1, _DEEPEST_HEADING)
        elif kind == "paragraph" and is_date(text):
            kind = "date"
        self._found.append(Element(kind, (Stretch(text),), level, marker))


def _ranked(elements: list[Element]) -> list[Element]:
    """The elements with the title alone on level 1, where the page has several headings there."""
    top = [element for element in elements if element.kind == "heading" and element.level == 1]
    if len(top) < 2:
        return elements
    return [
        replace(element, level=min(element.level + 1, _DEEPEST_HEADING))
        if element.kind == "heading" and element is not top[0]
        else element
        for element in elements
    ]


def _is_long(numbered: LexborNode) -> bool:
    """Whether the items of a numbered list are a report's paragraphs: on average 30 words."""
    items = [item for item in numbered.css("li") if item.parent == numbered]
    words = sum(len(item.text().split()) for item in items)
    return words > _LONG_ITEM * len(items)


def _table(table: LexborNode) -> list[Element]:
    """A table's rows as lines; the content of one that lays out a page, block by block."""
    rows: list[list[Cell | None]] = []
    nodes: list[LexborNode] = []
    for row in table.css("tr"):
        if row.parent is None or not _belongs(row, table):
            continue
        cells: list[Cell | None] = []
        child = row.first_child
        while child is not None:
            if child.tag in ("td", "th") and is_shown(child):
                nodes.append(child)
                cells.append(Cell(plain(child.text(separator=" ")), child.tag == "th"))
                spans = child.attributes.get("colspan") or "1"
                extra = min(int(spans), 50) - 1 if spans.isdigit() else 0
                cells += [None] * extra
            child = child.next
        if any(cell and cell.text for cell in cells):
            rows.append(cells)
    if any(_holds_blocks(node) for node in nodes):
        return [element for node in nodes for element in _Reader().read(node)]
    return _row_elements(rows)


def _row_elements(rows: list[list[Cell | None]]) -> list[Element]:
    names: list[str] = []
    if has_heading(rows):
        names, rows = [cell.text if cell else "" for cell in rows[0]], rows[1:]
    if not names and (marks := list_marks(rows)):
        items = [cell.text for row in rows if (cell := row[1]) is not None]
        return [
            Element("bullet", (Stretch(item),), 0, mark)
            for item, mark in zip(items, marks, strict=True)
        ]
    labelled = is_labelled(names, rows)
    elements: list[Element] = []
    for row in rows:
        text = "".join(
            f"{part.glue}{part.heading + ': ' if part.heading else ''}{cell.text}"
            for part in row_parts(names, row, labelled=labelled)
            if (cell := row[part.column]) is not None
        )
        elements.append(Element("paragraph", (Stretch(text),), tight=bool(elements)))
    return elements


def _belongs(row: LexborNode, table: LexborNode) -> bool:
    """Whether a row is the table's own, and not of a table in one of its cells."""
    above = row.parent
    while above is not None and above.tag != "table":
        above = above.parent
    return above == table


def _holds_blocks(cell: LexborNode) -> bool:
    if len(cell.text(separator=" ").split()) > _PROSE_WORDS:
        return True
    return cell.css_first("li, table, h1, h2, h3, h4, h5, h6") is not None
