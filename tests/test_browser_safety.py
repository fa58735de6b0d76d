"""Strangers' text and strange hosts, in a real Chromium: everything stays inert and inside."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served import IN_A_BROWSER, ask, last, marked, open_chat, served, settled

from rag.pipeline import ReportQA

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from index.embed import Encoder
    from index.library import Library

pytestmark = IN_A_BROWSER

SINGLE = "When was the report last updated?"
HOSTILE = """Essex <b>Police</b> PEEL 2020


How good is Essex Police at hedgehog welfare?

Last updated 01/02/2020

Essex Police saved 40 hedgehogs <img src=x onerror="window.hit=1"> in 😀 its gardens last winter. \
The hedgehog officer <script>window.hit=1</script> visits ![x](https://example.org/x.png) schools.

Areas for improvement

  • Essex Police should feed hedgehogs "' onmouseover="window.hit=1 ${window.hit=1} {{this}} daily.
"""
PAYLOADS = (
    "<script>window.hit=1</script> When was it last updated?",
    '<img src=x onerror="window.hit=1"> When was it last updated?',
    "![x](https://example.org/x.png) [y](javascript:window.hit=1) When was it last updated?",
    '" onfocus="window.hit=1" autofocus=" ${window.hit=1} {{window.hit}} When was it updated?',
)


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reports") / "essex <img src=x onerror='window.hit=1'>.txt"
    path.write_text(HOSTILE, encoding="utf-8")
    about = {
        "publisher": "<img src=x onerror='window.hit=1'>",
        "licence": "<script>window.hit=1</script>",
        "licence_url": "data:text/html,<script>window.hit=1</script>",
        "source_url": "javascript:window.hit=1",
    }
    path.with_suffix(".json").write_text(json.dumps(about), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def two_reports(
    tmp_path_factory: pytest.TempPathFactory,
    encoder: Encoder,
    library: Library,
    address: str,
    report_path: Path,
    hostile_report: Path,
) -> Iterator[str]:
    from index.library import Library

    path = tmp_path_factory.mktemp("two") / "library"
    qa = ReportQA(Library.create(path, None, encoder, [report_path, hostile_report]))
    if address and (library.path / "cache").is_dir():  # the same vectors need not be made twice
        shutil.copytree(library.path / "cache", path / "cache", dirs_exist_ok=True)
    qa.ask(SINGLE)
    with served(qa) as address:
        yield address


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_a_question_is_inert(page: Page, address: str, payload: str) -> None:
    open_chat(page, address)
    ask(page, payload)
    assert last(page, "h2").inner_text() == payload
    assert page.evaluate("window.hit") is None
    assert page.locator("#chat img, #chat script, #chat a").count() == 0


def test_markup_in_a_report_is_inert_and_quoted_exactly(page: Page, two_reports: str) -> None:
    open_chat(page, two_reports)
    assert page.locator("#report .pane").get_attribute("data-shown") == "city-of-london-peel-2017"
    ask(page, "How many hedgehogs did Essex Police save?")
    page.wait_for_selector("#report .pane:not([data-shown='city-of-london-peel-2017'])")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    expected = (
        'Essex Police saved 40 hedgehogs <img src=x onerror="window.hit=1"> in 😀 its gardens '
        "last winter."
    )
    last(page, ".answer .cite").first.click()
    assert settled(page)
    assert marked(page, 1) == expected
    assert expected in last(page, ".answer").inner_text()
    last(page, ".answer .cite").first.hover()
    assert page.locator("#chat img, #report img, .tip img, #report a").count() == 0
    assert page.evaluate("window.hit") is None


def test_markup_is_inert_in_what_is_exported(page: Page, two_reports: str, tmp_path: Path) -> None:
    open_chat(page, two_reports)
    ask(page, f"How many hedgehogs did Essex Police save? {PAYLOADS[1]}")
    page.click("[popovertarget=export]")
    with page.expect_download() as begun:
        page.click("[data-export=html]")
    saved = tmp_path / begun.value.suggested_filename
    begun.value.save_as(saved)
    kept, asked = page.context.new_page(), []
    kept.on("request", lambda request: asked.append(request.url))
    kept.goto(saved.as_uri())
    assert "Essex <b>Police</b> PEEL 2020" in kept.locator("main").inner_text()
    assert kept.locator("img, script, h2 b").count() == 0
    assert kept.evaluate("window.hit") is None
    assert asked == [saved.as_uri()]
    kept.close()


def test_a_report_can_be_chosen(page: Page, two_reports: str) -> None:
    open_chat(page, two_reports)
    page.select_option("[data-choice]", label="Essex <b>Police</b> PEEL 2020")
    page.wait_for_selector("#report .pane:not([data-shown='city-of-london-peel-2017'])")
    assert page.locator("#report h2").inner_text() == "Essex <b>Police</b> PEEL 2020"
    assert "<script>window.hit=1</script>" in page.locator(".provenance").inner_text()
    assert "<img src=x onerror='window.hit=1'>" in page.locator(".start").inner_text()
    assert page.locator("#report a").count() == page.locator(".start img").count() == 0
    ask(page, SINGLE)
    assert page.evaluate("window.hit") is None


def test_another_host_name_and_another_origin_are_refused(address: str) -> None:
    import httpx

    assert httpx.get(address, headers={"Host": "example.org"}).status_code == 400
    answer = httpx.get(address, headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "img-src 'self' data:" in policy
    assert "connect-src 'self'" in policy
    sent = httpx.post(f"{address}gradio_api/upload", files={"files": ("x.html", b"<b>x</b>")})
    assert sent.status_code == 413
    for path in ("/etc/passwd", "pyproject.toml", "../pyproject.toml"):
        assert httpx.get(f"{address}gradio_api/file={path}").status_code in (403, 404)
