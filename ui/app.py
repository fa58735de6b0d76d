"""The chat's page in Gradio blocks: its parts, and the features that are wired to them."""

from __future__ import annotations

import gradio as gr

from rag.feedback import FILE
from ui.api import add_endpoints
from ui.bar import CONVERSATIONS, EXPORT, TITLE, bar_html
from ui.choosing import choosing, listing
from ui.compare_panel import compare_panel, comparing
from ui.conversing import add_conversation
from ui.desks import Desks
from ui.findings_panel import findings_panel, registering
from ui.judging import judge_html
from ui.keeping import judging, saving
from ui.known_panel import correcting, forgetting, knowing, removing
from ui.layout import AT_ONCE, Parts, lay_out
from ui.pages import paging
from ui.reports_panel import among_html, reports_panel
from ui.serve import Serving
from ui.written import choices


def build_app(desks: Desks, serving: Serving) -> gr.Blocks:
    """The chat at the left and the report at the right, and its named endpoints."""
    desk = desks.common
    app = gr.Blocks(
        title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)
    )
    with app:
        panels = (
            CONVERSATIONS,
            EXPORT,
            findings_panel(),
            compare_panel(),
            reports_panel(serving),
        )
        bar = bar_html(panels, serving.log_out, judge_html())
        called = [
            saving(desks),
            judging(desks, desk.library.qa.library.path / FILE),
            paging(desks),
            registering(desks),
            choosing(desks),
            listing(desks),
            comparing(desks),
            knowing(desks),
            correcting(desks),
            removing(desks),
            forgetting(desks),
        ]
        writers = choices(serving.writer.name) if serving.writer else []
        parts = lay_out(
            bar, desk.conversation([])[0], desk.report(""), among_html(), called, writers
        )
        add_conversation(parts, desks)
        _add_reports(parts, desks)
        add_endpoints(desks.shelf, serving.writer)
    app.queue(max_size=serving.waiting, default_concurrency_limit=serving.at_once, api_open=False)
    return app


def _add_reports(parts: Parts, desks: Desks) -> None:
    """Lets the page open another report in its pane."""

    def open_report(event: gr.EventData, request: gr.Request) -> str:
        return desks.of(request).report(str(event.document))

    parts.chat.open(open_report, None, [parts.report], **AT_ONCE)
