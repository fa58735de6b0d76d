"""Self-contained web pages: escaped elements, one style sheet, nothing fetched."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from rag.show import escape


class Html(str):
    """Text that is HTML already; any other string is escaped before it joins a page."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | bool) -> Html:
    """An element with its children and attributes, escaped.

    ``class_`` and ``data_kind`` are written ``class`` and ``data-kind``. An attribute that is
    True stands without a value; one that is False is left out.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Html:
    """Pieces of a page one after another, escaped unless they are HTML."""
    return Html("".join(c if isinstance(c, Html) else escape(c) for c in children))


def whole_page(title: str, style: str, script: str, *body: str, forms: str = "'none'") -> str:
    """A page that fetches nothing and runs no script but ``script``, which may be empty.

    The content security policy names the script by its hash, so that markup that slipped
    through would still be inert; ``forms`` says where forms may go.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    scripts = f"'sha256-{digest}'" if script else "'none'"
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; "
        f"base-uri 'none'; form-action {forms}"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(style)),
    )
    last = (tag("script", Html(script)),) if script else ()
    whole = tag("html", head, tag("body", *body, *last), lang="en-GB")
    return f"<!doctype html>\n{whole}\n"


_VOID: Final = frozenset({"meta", "br", "input"})
