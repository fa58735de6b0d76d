"""The page on which people log in (pure); it runs no script and fetches nothing."""

from __future__ import annotations

from typing import Final

from rag.markup import tag, whole_page

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def login_html(action: str, message: str) -> str:
    """The page, with ``message`` above a form that is sent to ``action``."""
    said = tag("p", message, role="alert") if message else ""
    form = tag(
        "form",
        tag("label", "Name", for_="username"),
        tag(
            "input",
            id="username",
            name="username",
            autocomplete="username",
            autocapitalize="none",
            required=True,
            autofocus=True,
        ),
        tag("label", "Password", for_="password"),
        tag(
            "input",
            id="password",
            name="password",
            type="password",
            autocomplete="current-password",
            required=True,
        ),
        tag("button", "Log in"),
        method="post",
        action=action,
    )
    body = tag("main", tag("h1", "Ask the report"), said, form)
    return whole_page("Log in", _STYLE, "", body, forms="'self'")


_STYLE: Final = """
:root { color-scheme: light dark; --page: #f3f1eb; --card: #fff; --ink: #1d2327; --line: #8a857a;
  --accent: #1b5583; --on-accent: #fff; --bad: #a3261c; }
@media (prefers-color-scheme: dark) {
  :root { --page: #15181a; --card: #1f2427; --ink: #e8e6e1; --line: #7d868c; --accent: #8cc0ea;
    --on-accent: #10161a; --bad: #ff9c94; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page);
  color: var(--ink); font: 1rem/1.5 ui-sans-serif, system-ui, sans-serif; }
main { width: min(22rem, 100vw - 2rem); padding: 1.75rem; background: var(--card);
  border-radius: .75rem; }
h1 { margin: 0 0 1rem; font-size: 1.35rem; line-height: 1.25; }
label { display: block; margin: .8rem 0 .25rem; font-weight: 600; }
input, button { width: 100%; padding: .6rem .7rem; font: inherit; border-radius: .4rem; }
input { color: var(--ink); background: var(--page); border: 1px solid var(--line); }
button { margin-top: 1.25rem; font-weight: 600; cursor: pointer; border: 0;
  color: var(--on-accent); background: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[role=alert] { margin: 0; color: var(--bad); }
"""
