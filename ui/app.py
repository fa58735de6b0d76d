"""The chat's page in Gradio blocks: its parts, and the features that are wired to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from index.pages import PagePainter
from rag.feedback import FILE
from ui.api import add_endpoints
from ui.bar import CONVERSATIONS, EXPORT, TITLE, bar_html
from ui.conversing import add_conversation
from ui.desk import Desk
from ui.findings_panel import findings_panel, registering
from ui.judging import judge_html
from ui.keeping import judging, saving
from ui.layout import AT_ONCE, Parts, lay_out
from ui.pages import paging
from ui.serve import Serving
from ui.written import choices

if TYPE_CHECKING:
    from rag.pipeline import ReportQA


def build_app(qa: ReportQA, serving: Serving | None = None) -> gr.Blocks:
    """The chat at the left and the report at the right, over ``qa``, and its named endpoints."""
    serving = serving or Serving()
    desk = Desk(qa, serving.writer)
    app = gr.Blocks(
        title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)
    )
    with app:
        bar = bar_html((CONVERSATIONS, EXPORT, findings_panel(desk)), serving.log_out, judge_html())
        painter = PagePainter(qa.library)
        called = [
            saving(desk),
            judging(desk, qa.library.path / FILE),
            paging(desk, painter),
            registering(desk),
        ]
        writers = choices(serving.writer.name) if serving.writer else []
        parts = lay_out(bar, desk.conversation([])[0], desk.report(""), called, writers)
        add_conversation(parts, desk)
        _add_reports(parts, desk)
        add_endpoints(qa, serving.writer)
    app.queue(max_size=serving.waiting, default_concurrency_limit=serving.at_once, api_open=False)
    return app


def _add_reports(parts: Parts, desk: Desk) -> None:
    """Lets the page open another report in its pane."""

    def open_report(event: gr.EventData) -> str:
        return desk.report(str(event.document))

    parts.chat.open(open_report, None, [parts.report], **AT_ONCE)
