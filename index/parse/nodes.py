"""The nodes of a web page: which of them are shown, in which order, how deep."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from index.errors import ReportError

_LEFT_OUT = frozenset(
    "script style noscript template nav footer aside form button select option input textarea"
    " iframe object embed svg canvas video audio map dialog head".split()
)
_ROLES = frozenset("navigation banner contentinfo search complementary alert dialog".split())
_SITE = re.compile(
    r"(^|[\s_-])(cookies?|breadcrumbs?|skip-?link|pagination|share|social|related)([\s_-]|$)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark q ruby s"
    " samp small span strike strong sub sup time tt u var wbr".split()
)
"""The elements that stand within a line."""
_BOLD = frozenset(("b", "strong"))
_NOTE = re.compile(r"\[?(\d{1,3}|[*†‡↩])\]?")


def check_depth(root: LexborNode, deepest: int) -> None:
    """Raise ReportError where nodes are nested deeper than any report's."""
    level, depth = [root], 0
    while level:
        if depth > deepest:
            raise ReportError(
                f"its elements are nested more than {deepest} deep, which no report's are; "
                "save it as text"
            )
        level = [child for node in level for child in _children(node)]
        depth += 1


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """A node and all below it that is shown, when it opens and when it closes.

    Tables below it are named, but not gone into.
    """
    stack: list[tuple[LexborNode, bool]] = [(root, True)]
    while stack:
        node, opens = stack.pop()
        if opens and node != root and not is_shown(node):
            continue
        yield node, opens
        if not opens or node.tag == "-text":
            continue
        stack.append((node, False))
        if node.tag != "table" or node == root:
            stack.extend((child, True) for child in reversed(list(_children(node))))


def is_shown(node: LexborNode) -> bool:
    """Whether a node is content that people see."""
    tag = node.tag or ""
    if tag == "-text":
        return True
    if tag in _LEFT_OUT or tag.startswith(("-", "!")):
        return False
    named = node.attributes
    if "hidden" in named or named.get("aria-hidden") == "true":
        return False
    if named.get("role") in _ROLES or _HIDDEN.search(named.get("style") or ""):
        return False
    if tag in ("sup", "a") and _NOTE.fullmatch(node.text(strip=True)):
        return False  # a mark that points to a footnote, or back from it
    about = f"{named.get('class') or ''} {named.get('id') or ''}"
    return not (tag in ("div", "section", "ul", "ol", "p") and _SITE.search(about))


def is_bold(node: LexborNode) -> bool:
    """Whether words are in bold type within their line."""
    above = node.parent
    while above is not None and above.tag in INLINE:
        if above.tag in _BOLD:
            return True
        above = above.parent
    return False
