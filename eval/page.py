"""The page of an evaluation: its style sheet and its script."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rag.markup import Html, join, tag, whole_page

__all__ = ["Html", "join", "page", "tag"]


def page(title: str, *body: str) -> str:
    """A whole page that fetches nothing and runs no script but its own."""
    return whole_page(title, _STYLE, _SCRIPT, *body)


def scrolled(head: str, rows: Iterable[str]) -> Html:
    """A table that scrolls by itself where the window is narrow."""
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    return tag("div", table, class_="scroll", tabindex="0")


_STYLE: Final = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #1a2230; --quiet: #5c6778; --line: #dde2e9;
  --good: #17744a; --good-bg: #dff3e8; --bad: #b3261e; --bad-bg: #fbe4e2;
  --mid: #8a5a00; --mid-bg: #fdf0d3; --accent: #23559c; --accent-bg: #e3ecf8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161d; --card: #1b212b; --ink: #e6eaf0; --quiet: #9aa6b6; --line: #313a48;
    --good: #6fd3a0; --good-bg: #173a2a; --bad: #ff9c94; --bad-bg: #472220;
    --mid: #f0c468; --mid-bg: #40330f; --accent: #8ab8f5; --accent-bg: #1e3350;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 4rem; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .7rem; }
h3 { font-size: .78rem; letter-spacing: .04em; text-transform: uppercase; color: var(--quiet);
  margin: 1rem 0 .35rem; }
h3:first-child { margin-top: 0; }
p { margin: .3rem 0; }
.quiet { color: var(--quiet); } .small { font-size: .85rem; }
code { font: .85em ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
.cards { display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(11.4rem, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: .8rem .9rem; }
.card .name { font-weight: 600; }
.card .value { font-size: 1.75rem; font-weight: 650; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.card .interval { font-size: .8rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.card p { font-size: .8rem; line-height: 1.35; color: var(--quiet); margin: 0; }
.track { display: block; position: relative; height: .4rem; border-radius: .2rem;
  background: var(--line); margin: .35rem 0 .5rem; }
.track i { position: absolute; top: 0; bottom: 0; border-radius: .2rem; background: var(--accent);
  opacity: .4; }
.track b { position: absolute; top: -.15rem; width: .2rem; height: .7rem; margin-left: -.1rem;
  border-radius: .1rem; background: var(--accent); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .5rem; text-align: right; border-bottom: 1px solid var(--line); }
td, tbody th { white-space: nowrap; }
tr:last-child td, tr:last-child th { border-bottom: 0; }
th { font-size: .8rem; line-height: 1.25; font-weight: 600; color: var(--quiet);
  vertical-align: bottom; }
tbody th { color: var(--ink); font-size: .9rem; vertical-align: middle; }
td.good { background: color-mix(in srgb, var(--good-bg) var(--share), transparent); }
td.bad { background: color-mix(in srgb, var(--bad-bg) var(--share), transparent); }
th:first-child, td:first-child { text-align: left; }
.meaning { text-align: left; }
td.meaning { white-space: normal; color: var(--quiet); font-size: .85rem; }
.diagram { display: block; width: 100%; max-width: 26rem; margin-bottom: .6rem; }
.diagram text { fill: var(--quiet); font-size: 11px; }
.diagram .axis { stroke: var(--line); } .diagram .ideal { stroke: var(--quiet);
  stroke-dasharray: 4 4; } .diagram .spread { stroke: var(--accent); stroke-width: 2;
  opacity: .45; } .diagram circle { fill: var(--accent); }
td small { display: block; color: var(--quiet); font-size: .72rem; line-height: 1.2; }
.filters { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .4rem;
  padding: .6rem 0; background: var(--page); }
.filters button { font: inherit; font-size: .88rem; padding: .25rem .8rem; cursor: pointer;
  color: var(--ink); background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; }
.filters button[aria-pressed=true] { background: var(--accent-bg); border-color: var(--accent);
  color: var(--accent); font-weight: 600; }
.filters button.open { margin-left: auto; }
.question { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  margin: .4rem 0; }
.question[hidden] { display: none; }
summary { display: grid; grid-template-columns: 9.5rem 1fr auto; gap: .8rem; align-items: baseline;
  padding: .5rem .9rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:focus-visible, button:focus-visible { outline: 2px solid var(--accent);
  outline-offset: 1px; border-radius: .5rem; }
summary .asked { overflow-wrap: anywhere; }
summary .figures { font-size: .82rem; color: var(--quiet); font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.chip { display: inline-block; padding: .05rem .55rem; border-radius: .8rem; font-size: .8rem;
  font-weight: 600; text-align: center; background: var(--accent-bg); color: var(--accent); }
.chip.good { background: var(--good-bg); color: var(--good); }
.chip.mid { background: var(--mid-bg); color: var(--mid); }
.chip.bad { background: var(--bad-bg); color: var(--bad); }
.chip.plain { font-weight: 400; text-align: left; overflow-wrap: anywhere;
  margin: 0 .3rem .25rem 0; }
.body { border-top: 1px solid var(--line); padding: .9rem; display: grid; gap: 1rem 2rem;
  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
.words { unicode-bidi: isolate; overflow-wrap: anywhere; white-space: pre-wrap; }
.part.bullet { padding-left: 1.1rem; position: relative; }
.part.bullet::before { content: "•"; position: absolute; left: .25rem; color: var(--quiet); }
.part.note { font-style: italic; }
.part.lead_in { color: var(--quiet); }
sup { color: var(--accent); font-weight: 600; line-height: 0; }
.quote { border-left: 3px solid var(--line); padding: .05rem 0 .05rem .7rem; margin: .45rem 0; }
.quote.good { border-color: var(--good); } .quote.bad { border-color: var(--bad); }
.quote.mid { border-color: var(--mid); }
mark { background: var(--good-bg); color: inherit; border-radius: .15rem; }
mark.missed { background: var(--bad-bg); }
@media (max-width: 48rem) {
  .body { grid-template-columns: minmax(0, 1fr); }
  summary { grid-template-columns: 9.5rem minmax(0, 1fr); row-gap: .3rem; }
  summary .asked { grid-column: 1 / -1; grid-row: 2; }
  summary .figures { white-space: normal; text-align: right; }
}
@media print { .filters { display: none; } body { background: none; } }
"""

_SCRIPT: Final = """
const questions = [...document.querySelectorAll('.question')];
const filters = [...document.querySelectorAll('.filters button[data-shows]')];
for (const button of filters) {
  button.addEventListener('click', () => {
    for (const other of filters) other.setAttribute('aria-pressed', other === button);
    const shown = button.dataset.shows.split(' ');
    for (const question of questions) question.hidden = !shown.includes(question.dataset.outcome);
  });
}
const opener = document.querySelector('.filters button.open');
opener.addEventListener('click', () => {
  const open = questions.some((question) => !question.hidden && !question.open);
  for (const question of questions) if (!question.hidden) question.open = open;
});
"""
