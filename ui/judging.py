"""What people think of an answer: thumbs below it, and a form to say what is wrong (pure)."""

from __future__ import annotations

from rag.feedback import REASONS
from rag.show import escape
from ui.bar import icon

_UP = "M7 11v9H4v-9h3Zm0 0 4-8c2 0 3 1 3 3v4h5l1 2-2 7-2 1H7"
_DOWN = "M17 13V4h3v9h-3Zm0 0-4 8c-2 0-3-1-3-3v-4H5l-1-2 2-7 2-1h9"
_RIGHT = """
<div class="right"><p class="small">Which words of the report answer the question?</p>
<blockquote hidden></blockquote>
<button type="button" class="act" data-choose>Select them in the report</button></div>
"""
_COMMENT = """
<label for="comment">In your own words</label>
<textarea id="comment" rows="2" maxlength="2000" dir="auto"></textarea>
<p class="said" role="status"></p>
<p class="ends"><button type="button" class="act" data-leave>Close</button>
<button type="submit" class="go">Send</button></p>
"""
_CHOOSING = """
<div class="choosing" hidden><p>Select the words that answer, then press
<b>This is the right passage</b>.</p>
<button type="button" class="act" data-choose-not>Cancel</button></div>
"""


def thumbs_html() -> str:
    """Two buttons to judge the answer that they stand under, and a line to say what came of it."""
    return (
        '<p class="thumbs" role="group" aria-label="Is this answer right?">'
        f'<button type="button" data-verdict="up" aria-pressed="false" aria-label="It is right" '
        f'title="It is right">{icon(_UP)}</button>'
        f'<button type="button" data-verdict="down" aria-pressed="false" '
        f'aria-label="It is not right" title="It is not right">{icon(_DOWN)}</button>'
        '<span class="said" role="status"></span></p>'
    )


def judge_html() -> str:
    """The form in which what is wrong with an answer is said, all of it optional."""
    reasons = "".join(
        f'<label><input type="radio" name="reason" value="{escape(reason)}">{escape(text)}</label>'
        for reason, text in REASONS.items()
    )
    return (
        '<section id="judge" class="panel" popover="manual" aria-label="What is wrong?">'
        '<form><h2 tabindex="-1">What is wrong?</h2>'
        '<p class="small">Optional. It is kept on the computer that this chat runs on, '
        "and goes nowhere else.</p>"
        f'<fieldset><legend class="unseen">What is wrong</legend>{reasons}</fieldset>'
        f"{_RIGHT}{_COMMENT}</form>{_CHOOSING}</section>"
    )
