"""The chat in a real Chromium, over the real report and the real encoder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from served import ARGUMENTS, HOW_TO_GET_ONE, Paused, ask, chromium, open_chat, served

from index.types import Document
from rag.pipeline import ReportQA

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from index.embed import Encoder
    from index.library import Library

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason=HOW_TO_GET_ONE),
]

TIMEOUT_MS = 60_000
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 375, "height": 812}

SINGLE = "When was the report last updated?"
LIST = "What are the areas for improvement?"
ABSENT = "How many helicopters does the force have?"

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
def report(library: Library) -> Document:
    return next(iter(library.documents.values()))


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    qa = Paused(library)
    qa.gate.set()
    qa.ask(SINGLE)  # what is loaded on first use is loaded before a browser waits for it
    with served(qa) as address:
        yield address


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reports") / "essex <img src=x onerror='window.hit=1'>.txt"
    path.write_text(HOSTILE, encoding="utf-8")
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(ARGUMENTS), timeout=TIMEOUT_MS
        )
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must end without an error and without a request to another host."""
    page = context.new_page()
    yield from watched(page)


def watched(page: Page) -> Iterator[Page]:
    page.set_default_timeout(TIMEOUT_MS)
    faults: list[str] = []
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    assert faults == []
    assert hosts - {None} == {"127.0.0.1"}


def last(page: Page, selector: str) -> Locator:
    """What matches in the last turn."""
    return page.locator(f".turn:last-child {selector}")


def quoted(report: Document, source: Locator) -> str:
    """The report's own text at the offsets that a source names."""
    start, end = (int(source.get_attribute(f"data-{at}") or 0) for at in ("start", "end"))
    return report.text[start:end]


def marked(page: Page, marker: int) -> str:
    """The text that the report pane marks as this quote, found by its badge."""
    return str(
        page.evaluate(
            """number => {
              const badge = document.querySelector(`.badge[data-back="${number}"]`);
              const at = badge.nextElementSibling.dataset.at;
              return [...document.querySelectorAll("#report mark")]
                .filter(mark => mark.dataset.at === at).map(mark => mark.textContent).join("");
            }""",
            marker,
        )
    )


def settled(page: Page, selector: str = "mark:focus") -> bool:
    """Whether an element comes to rest inside of the report's own window."""
    return bool(
        page.wait_for_function(
            """selector => {
              const mark = document.querySelector(`#report ${selector}`);
              const pane = document.querySelector("#report .report");
              if (!mark) return false;
              const [at, frame] = [mark.getBoundingClientRect(), pane.getBoundingClientRect()];
              return at.top >= frame.top && at.bottom <= frame.bottom && at.width > 0
                && getComputedStyle(mark).visibility === "visible";
            }""",
            arg=selector,
        )
    )


def test_a_citation_leads_to_its_quote(page: Page, address: str, report: Document) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    page.evaluate("document.querySelector('.report').scrollTo(0, 1e6)")
    last(page, ".answer .cite").first.click()
    assert settled(page)
    assert quoted(report, last(page, ".source").first) == "Last updated 22/03/2018"
    assert page.locator("#report mark:focus").inner_text() == "Last updated 22/03/2018"
    assert marked(page, 1) == "Last updated 22/03/2018"


def test_every_quote_is_marked_under_its_own_number(
    page: Page, address: str, report: Document
) -> None:
    open_chat(page, address)
    ask(page, LIST)
    sources = last(page, ".source").all()
    assert len(sources) >= 5
    for source in sources:
        marker = int(source.get_attribute("data-marker") or 0)
        assert marked(page, marker) == quoted(report, source)
    assert page.locator("#report .badge").all_inner_texts() == (
        last(page, ".answer .cite").all_inner_texts()
    )
    page.locator("#report .badge").nth(1).click()
    assert page.evaluate("document.activeElement.dataset.marker") == "2"


def test_what_is_not_in_the_report_is_said(page: Page, address: str, report: Document) -> None:
    open_chat(page, address)
    ask(page, ABSENT)
    card = last(page, ".absent")
    assert "Not in the report" in card.inner_text()
    assert "helicopters" in card.locator(".missing").inner_text()
    assert last(page, ".answer").count() == 0
    quote = quoted(report, last(page, ".nearest .source").first)
    assert last(page, ".nearest blockquote").first.inner_text().endswith(quote)
    last(page, ".nearest .goto").first.click()
    assert settled(page)
    assert page.locator("#report mark.near:focus").inner_text() == quote


@pytest.mark.parametrize("question", ["", "   ", "x" * 100_000], ids=["empty", "blank", "huge"])
def test_a_question_that_cannot_be_asked(page: Page, address: str, question: str) -> None:
    open_chat(page, address)
    ask(page, question)
    card = last(page, ".error").inner_text()
    assert "could not be asked" in card
    assert "Traceback" not in card
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ask(page, SINGLE)
    assert page.locator(".turn").count() == 1
    assert last(page, ".cite").count() >= 1


def test_a_follow_up_says_how_it_was_understood(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, "How well does the force protect vulnerable people?")
    ask(page, "And what should it improve there?")
    assert "vulnerable people" in last(page, ".understood").inner_text()
    assert page.locator(".turn").count() == 2


def test_one_question_is_answered_at_a_time(page: Page, address: str) -> None:
    open_chat(page, address)
    Paused.gate.clear()
    try:
        page.fill("#question textarea", SINGLE)
        page.keyboard.press("Enter")
        page.wait_for_selector("#turn-0[data-state=pending] .progress")
        assert page.locator("#turn-0 h2").inner_text() == SINGLE
        assert page.locator("#question textarea").input_value() == ""
        page.keyboard.type(LIST)
        page.keyboard.press("Enter")
        page.click("#send")
        assert page.locator("#question textarea").input_value() == LIST
    finally:
        Paused.gate.set()
    page.wait_for_selector("#turn-0[data-state=answered]")
    assert page.locator(".turn").count() == 1
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#turn-1[data-state=answered]")


def test_an_example_is_asked_and_the_conversation_cleared(page: Page, address: str) -> None:
    open_chat(page, address)
    assert "City of London PEEL 2017" in page.locator(".start").inner_text()
    assert page.locator(".example").count() == 6
    question = page.locator(".example").first.inner_text()
    page.locator(".example").first.click()
    page.wait_for_selector("#turn-0:not([data-state=pending])")
    assert page.locator("#turn-0 h2").inner_text() == question
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.click("[data-clear]")
    page.wait_for_selector(".start")
    assert page.locator(".turn").count() == page.locator("#report mark").count() == 0
    page.reload()
    page.wait_for_selector(".start")


def test_the_conversation_outlives_a_reload(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    before = page.locator(".turn").inner_text()
    page.reload()
    page.wait_for_selector("#turn-0")
    assert page.locator(".turn").inner_text() == before
    last(page, ".answer .cite").first.click()
    assert settled(page)


def test_the_keyboard_is_enough(page: Page, address: str) -> None:
    open_chat(page, address)
    page.keyboard.type(SINGLE)
    page.keyboard.press("Enter")
    page.wait_for_selector("#turn-0[data-state=answered]")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("!!document.activeElement.closest('.answer')"):
            break
    tip = page.locator(".tip")
    assert tip.is_visible()
    assert "Last updated 22/03/2018" in tip.inner_text()
    page.keyboard.press("Enter")
    assert settled(page)
    assert page.locator("#report mark:focus").inner_text() == "Last updated 22/03/2018"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.marker") == "1"
    assert page.evaluate("!!document.activeElement.closest('.answer')")


def test_a_marker_shows_its_quote_and_can_be_dismissed(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    marker = last(page, ".answer .cite").first
    assert (marker.get_attribute("aria-label") or "").startswith("Quote 1, ")
    marker.hover()
    page.wait_for_selector(".tip:not([hidden])")
    assert "Last updated 22/03/2018" in page.locator(".tip").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator(".tip").is_visible()


def test_a_quote_is_copied_with_its_reference(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    last(page, ".source .copy").first.click()
    page.wait_for_selector(".copy.done")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“Last updated 22/03/2018”\n— City of London PEEL 2017. How effective")
    assert copied.endswith("HMICFRS. Crown copyright, Open Government Licence v3.0")


def test_the_outline_jumps(page: Page, address: str) -> None:
    open_chat(page, address)
    page.click(".outline summary")
    page.locator("[data-goto]").last.click()
    assert settled(page, "section:last-of-type h4")
    assert not page.locator(".outline nav").is_visible()


CONTRAST = """() => {
  const channel = value => {
    value /= 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const parse = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  let seen = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("script, style, .sr-only")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    seen += 1;
    if (ratio < (large ? 3 : 4.5)) poor.push([node.textContent.trim().slice(0, 40), ratio]);
  }
  return { seen, poor };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_enough_contrast(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(viewport=DESKTOP, color_scheme=scheme)
    for page in watched(context.new_page()):
        open_chat(page, address)
        found = [page.evaluate(CONTRAST)]
        for question in (LIST, ABSENT, " "):
            ask(page, question)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            found.append(page.evaluate(CONTRAST))
        assert all(state["seen"] > 50 for state in found)
        assert [state["poor"] for state in found] == [[]] * len(found)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(243, 241, 235)", "dark": "rgb(21, 24, 26)"}[scheme]
    context.close()


def test_a_phone_begins_at_the_top(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    for phone in watched(context.new_page()):
        open_chat(phone, address)
        heading = phone.locator(".start h1").bounding_box()
        assert heading is not None
        assert 56 <= heading["y"] < PHONE["height"] / 3
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def test_a_phone_shows_the_quote_and_leads_back(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    for phone in watched(page):
        open_chat(phone, address)
        ask(phone, LIST)
        assert not phone.locator("#report .report").is_visible()
        last(phone, ".answer .cite").nth(2).tap()
        assert settled(phone)
        assert marked(phone, 3) == phone.locator("#report mark:focus").inner_text()
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        phone.tap("[data-return]")
        assert phone.evaluate("document.activeElement.dataset.marker") == "3"
        assert last(phone, ".answer .cite").nth(2).is_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


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


def test_a_report_can_be_chosen(page: Page, two_reports: str) -> None:
    open_chat(page, two_reports)
    page.select_option("[data-choice]", label="Essex <b>Police</b> PEEL 2020")
    page.wait_for_selector("#report .pane:not([data-shown='city-of-london-peel-2017'])")
    assert page.locator("#report h2").inner_text() == "Essex <b>Police</b> PEEL 2020"
    ask(page, SINGLE)
    assert page.evaluate("window.hit") is None


def test_two_people_do_not_see_each_other(page: Page, browser: Browser, address: str) -> None:
    open_chat(page, address)
    ask(page, SINGLE)
    other = browser.new_context(viewport=DESKTOP)
    for second in watched(other.new_page()):
        open_chat(second, address)
        second.wait_for_selector(".start")
        ask(second, LIST)
        assert second.locator(".turn").count() == 1
    other.close()
    ask(page, ABSENT)
    assert [page.locator(f"#turn-{n} h2").inner_text() for n in (0, 1)] == [SINGLE, ABSENT]


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
