"""axe-core in a page of the chat: what it finds wrong for people who use other means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parent / "axe" / "axe.min.js"
RUN_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const only = { runOnly: { type: "tag", values: tags } };
  const { violations, passes } = await axe.run(document, only);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
  return { found, passed: passes.length };
}"""


def violations(page: Page) -> list[str]:
    """What axe-core finds in the page as it is, once all that moves has come to rest."""
    # At its end, nothing of the conversation lies under the box for the next question.
    page.evaluate(
        "document.querySelector('#chat-side').scrollTo({ top: 1e6, behavior: 'instant' })"
    )
    page.wait_for_function("document.getAnimations().every(each => each.playState !== 'running')")
    result = page.evaluate(RUN_AXE)
    assert result["passed"] > 20
    return [str(found) for found in result["found"]]
