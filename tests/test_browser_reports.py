"""Reports in the chat, in a real Chromium: added, kept apart, chosen, corrected, compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_core import AXE, violations
from served import (
    DESKTOP,
    IN_A_BROWSER,
    PHONE,
    SIZES,
    ask,
    at_every_size,
    last,
    open_chat,
    reload,
    served,
    settled,
    show_report,
    watched,
)
from test_hostile import scanned

from index.library import Library
from rag.pipeline import ReportQA
from ui.serve import Serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

pytestmark = IN_A_BROWSER

DATA = Path(__file__).parent / "data" / "reports"
SETS = Path(__file__).parent.parent / "eval/sets/reports"
SLOUGH, SURREY = SETS / "slough-ilacs-2023.md", SETS / "surrey-send-2023.md"
YORK = DATA / "ilacs-york-2022.pdf"
QUESTION = "What is the overall effectiveness?"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[str]:
    """The chat over two reports, in which everyone may change the library."""
    path = tmp_path_factory.mktemp("shared")
    several = Library.create(path, encoder=library.encoder, reports=[SLOUGH, SURREY])
    qa = ReportQA(several)
    qa.warm()
    with served(qa, Serving(allow_changes=True)) as address:
        yield address


def open_reports(page: Page) -> None:
    """Opens the panel of the reports and waits for its list."""
    page.click(".bar [popovertarget=reports]")
    page.wait_for_selector("#reports .rows li")


def add(page: Page, *files: Path | FilePayload) -> None:
    """Adds files in the panel, and waits until something has become of each."""
    page.set_input_files("#reports [type=file]", [_payload(file) for file in files])
    page.wait_for_selector("#reports .coming:not([aria-busy])")


def _payload(file: Path | FilePayload) -> FilePayload:
    if not isinstance(file, Path):
        return file
    return {"name": file.name, "mimeType": "", "buffer": file.read_bytes()}


def titles(page: Page) -> list[str]:
    return page.locator("#reports .rows .named").all_inner_texts()


def line(page: Page) -> str:
    """What the line above the box says."""
    return page.locator("#among .chosen-now").inner_text()


@at_every_size
def test_a_report_of_ones_own_is_added_asked_and_deleted(
    browser: Browser, page: Page, address: str
) -> None:
    open_chat(page, address)
    open_reports(page)
    add(page, YORK)
    assert page.locator("#reports .coming li").inner_text().endswith("can be asked now")
    assert titles(page) == ["Inspection of York local authority children’s services"]
    page.keyboard.press("Escape")
    assert line(page).startswith("Asked of Inspection of York")
    page.wait_for_selector(".start h2:has-text('Inspection of York')")
    ask(page, QUESTION)
    assert "Overall effectiveness" in last(page, ".answer").inner_text()
    last(page, ".answer .cite").first.click()
    assert settled(page)
    assert page.locator("#report .pane").get_attribute("data-shown") == "own--ilacs-york-2022"
    reload(page)
    assert "Overall effectiveness" in last(page, ".answer").inner_text()

    stranger = browser.new_context()
    for other in watched(stranger.new_page()):
        open_chat(other, address)
        open_reports(other)
        assert titles(other) == ["City of London PEEL 2017"]
        assert other.locator("#reports .shelves").is_hidden()
    stranger.close()

    open_reports(page)
    page.click("[data-forget-own]")
    page.wait_for_selector("#reports .rows [data-report=city-of-london-peel-2017]")
    page.wait_for_selector("#report .pane[data-shown=city-of-london-peel-2017]", state="attached")
    assert titles(page) == ["City of London PEEL 2017"]
    page.reload()
    page.wait_for_selector(".lost")
    assert page.locator(".lost").inner_text().startswith("1 answer is not shown")


SLOW_LOCKS = """{
  const request = LockManager.prototype.request;
  LockManager.prototype.request = async function (...all) {
    await new Promise((done) => setTimeout(done, 50));
    return request.apply(this, all);
  };
}"""


def test_a_conversation_outlives_a_reload_whatever_comes_first(page: Page, address: str) -> None:
    open_chat(page, address)
    open_reports(page)
    add(page, YORK)
    page.keyboard.press("Escape")
    ask(page, QUESTION)
    page.add_init_script(SLOW_LOCKS)  # the list of reports is there before the conversation
    reload(page)
    page.wait_for_timeout(1000)  # what comes late
    assert page.locator(".turn").count() == 1
    assert page.evaluate("Object.keys(localStorage).length") == 1


@pytest.mark.parametrize("path", ["peel", "peel/"])
def test_a_report_is_added_below_the_path_of_a_proxy(
    page: Page, library: Library, path: str
) -> None:
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.url) if "/reports?" in request.url else None
    )
    with served(ReportQA(library), Serving(root_path="/peel")) as address:
        open_chat(page, f"{address}{path}")
        open_reports(page)
        add(page, SLOUGH)
        assert page.locator("#reports .coming li").inner_text().endswith("can be asked now")
        assert sent == [f"{address}peel/reports?to=own&name={SLOUGH.name}"]


def test_what_cannot_be_read_is_said_beside_what_can(page: Page, address: str) -> None:
    open_chat(page, address)
    open_reports(page)
    payload = "<img src=x onerror='window.hit=1'>.pdf"
    add(
        page,
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": scanned()},
        {"name": payload, "mimeType": "application/pdf", "buffer": b"%PDF-1.7"},
        SLOUGH,
    )
    scan, broken, good = page.locator("#reports .coming li").all()
    assert "there is no text in this PDF, only pictures of pages" in scan.inner_text()
    assert payload in broken.inner_text()
    assert good.inner_text().endswith("can be asked now")
    assert page.evaluate("window.hit") is None


def test_a_report_that_would_do_harm_is_shown_as_text(page: Page, address: str) -> None:
    words = "<img src=x onerror='window.hit=1'> Inspection of <b>Nowhere</b>"
    text = f"# {words}\n\nInspection dates: 1 to 5 May 2023\n\nThe council is good.\n"
    name = "a'\"><script>window.hit=1</script>.md"
    open_chat(page, address)
    open_reports(page)
    add(page, {"name": name, "mimeType": "text/markdown", "buffer": text.encode()})
    assert titles(page) == [words]
    page.click("#reports [data-known]")
    page.wait_for_selector("#reports .known")
    page.keyboard.press("Escape")
    ask(page, "Is the council good?")
    show_report(page)
    assert page.locator("#report h2").first.inner_text() == words
    assert page.evaluate("window.hit") is None


def test_files_are_dropped_anywhere_on_the_page(page: Page, address: str) -> None:
    open_chat(page, address)
    files = page.evaluate_handle(
        """text => {
          const files = new DataTransfer();
          files.items.add(new File([text], "slough.md", { type: "text/markdown" }));
          return files;
        }""",
        SLOUGH.read_text(encoding="utf-8"),
    )
    page.dispatch_event("#chat", "dragover", {"dataTransfer": files})
    assert page.locator("body.dropping").count() == 1
    page.dispatch_event("#chat", "drop", {"dataTransfer": files})
    page.wait_for_selector("#reports:popover-open .coming .added")
    assert page.locator("body.dropping").count() == 0
    page.wait_for_function("document.querySelectorAll('#reports .rows li').length === 1")
    assert "Slough" in titles(page)[0]


@at_every_size
def test_what_is_chosen_is_asked(page: Page, shared: str) -> None:
    open_chat(page, shared)
    page.wait_for_selector("#among:not([hidden])")
    assert line(page) == "Asked of all 2 reports."
    open_reports(page)
    page.select_option("#reports [name=kind]", "area SEND inspection")
    page.wait_for_function("document.querySelectorAll('#reports .rows li').length === 1")
    page.keyboard.press("Escape")
    assert line(page).startswith("Asked of Area SEND inspection of Surrey")
    ask(page, "Who was the lead inspector?")
    assert "Surrey" in last(page, ".understood").inner_text()
    documents = last(page, "[data-document]").evaluate_all(
        "all => all.map(e => e.dataset.document)"
    )
    assert set(documents) <= {"surrey-send-2023"}
    reload(page)
    page.wait_for_selector("#among:not([hidden])")
    assert line(page).startswith("Asked of Area SEND inspection of Surrey")
    page.click("#among [data-ask-all]")
    page.wait_for_function(
        "document.querySelector('#among .chosen-now').textContent === 'Asked of all 2 reports.'"
    )
    open_reports(page)
    page.fill("#reports [name=words]", "kent")
    page.wait_for_function("document.querySelectorAll('#reports .rows li').length === 0")
    assert "0 of 2 reports" in page.locator("#reports .found").inner_text()
    page.fill("#reports [name=words]", "")
    page.wait_for_function("document.querySelectorAll('#reports .rows li').length === 2")
    page.locator("#reports .tick input").last.focus()
    page.keyboard.press("Space")
    page.wait_for_function(
        "document.querySelector('#among .chosen-now').textContent.includes('Surrey')"
    )
    page.wait_for_function("document.querySelector('#reports .tick input:checked')")
    ticked = page.locator("#reports .tick input:checked")
    assert ticked.evaluate("input => input === document.activeElement")


@at_every_size
def test_what_is_known_is_shown_and_corrected(page: Page, shared: str) -> None:
    open_chat(page, shared)
    open_reports(page)
    page.locator("#reports [data-known]").first.click()
    page.wait_for_selector("#reports .known")
    says = page.locator("#reports .known .says").first
    words = says.inner_text().strip("“”")
    says.click()
    page.wait_for_selector("#report mark:focus")
    assert page.locator("#report mark:focus").inner_text().startswith(words.rstrip("…"))
    page.keyboard.press("Escape")
    open_reports(page)
    page.fill("#reports .known [name=published]", "28 March")
    page.click("#reports .known [type=submit]")
    page.wait_for_function("document.querySelector('#reports .known .said').textContent !== ''")
    assert "28 March" in page.locator("#reports .known .said").inner_text()
    day = f"2023-03-{page.viewport_size['width'] % 28 + 1:02}" if page.viewport_size else ""
    page.fill("#reports .known [name=published]", day)
    page.click("#reports .known [type=submit]")
    page.wait_for_function(
        "document.querySelector('#reports .known .said').textContent === 'Kept.'"
    )
    page.reload()
    open_reports(page)
    page.locator("#reports [data-known]").first.click()
    page.wait_for_selector("#reports .known")
    assert page.locator("#reports .known [name=published]").input_value() == day


def test_what_is_typed_in_a_form_stays_when_the_list_comes_anew(page: Page, shared: str) -> None:
    open_chat(page, shared)
    open_reports(page)
    page.locator("#reports [data-known]").first.click()
    page.focus("#reports .known [name=published]")
    page.keyboard.press("Control+A")
    page.keyboard.type("2023-")
    for again in ("", "slough"):  # the same rows, and others
        page.evaluate(
            """words => {
              const field = document.querySelector("#reports [name=words]");
              field.value = words;
              field.dispatchEvent(new Event("input", { bubbles: true }));
            }""",
            again,
        )
        page.wait_for_timeout(1000)
        page.keyboard.type("0")
    value = page.locator("#reports .known [name=published]").input_value()
    assert value == "2023-00"


def test_what_is_added_for_all_is_there_for_all(browser: Browser, page: Page, shared: str) -> None:
    open_chat(page, shared)
    open_reports(page)
    page.click("#reports .adding summary")
    page.check("#reports [name=to][value=library]")
    add(page, YORK)
    page.wait_for_function("document.querySelectorAll('#reports .rows li').length === 3")
    stranger = browser.new_context(viewport=PHONE)
    for other in watched(stranger.new_page()):
        open_chat(other, shared)
        open_reports(other)
        assert "Inspection of York local authority children’s services" in titles(other)
    stranger.close()
    row = page.locator("#reports [data-report=ilacs-york-2022]")
    row.locator("[data-known]").click()
    row.locator("[data-remove]").click()
    row.locator("[data-remove]").click()
    page.wait_for_function("document.querySelectorAll('#reports .rows li').length === 2")


def test_where_changes_are_not_allowed_nothing_can_be_changed(page: Page, address: str) -> None:
    open_chat(page, address)
    open_reports(page)
    page.click("#reports [data-known]")
    page.wait_for_selector("#reports .known")
    assert page.locator("#reports .known :is(input, [type=submit], [data-remove])").count() == 0
    assert page.locator("#reports [value=library]").count() == 0


@at_every_size
def test_two_reports_are_compared(page: Page, shared: str) -> None:
    open_chat(page, shared)
    page.wait_for_selector("#among:not([hidden])")
    page.click(".bar [popovertarget=compare]")
    page.wait_for_selector("#compare tbody tr")
    assert "judgements differ" in page.locator("#compare .said").inner_text()
    words = page.locator("#compare [data-finding]").last.inner_text().rsplit(" p. ", 1)[0]
    page.locator("#compare [data-finding]").last.click()
    page.wait_for_selector("#report mark:focus")
    assert page.locator("#report mark:focus").inner_text().split()[-1] in words
    page.keyboard.press("Escape")
    page.click(".bar [popovertarget=compare]")
    page.select_option("#compare [name=second]", index=0)
    page.wait_for_function(
        "document.querySelector('#compare .said').textContent === 'choose two different reports'"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_axe_finds_nothing_in_the_panels(
    browser: Browser, shared: str, scheme: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    for page in watched(context.new_page()):
        open_chat(page, shared)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = {"start": violations(page)}
        open_reports(page)
        page.click("#reports .adding summary")
        add(page, YORK, {"name": "no.pdf", "mimeType": "application/pdf", "buffer": b"no"})
        page.wait_for_function("document.querySelectorAll('#reports .rows li').length === 1")
        page.locator("#reports [data-known]").first.click()
        page.wait_for_selector("#reports .known")
        found["reports"] = violations(page)
        page.keyboard.press("Escape")
        ask(page, QUESTION)
        found["asked"] = violations(page)
        page.click(".bar [popovertarget=compare]")
        page.wait_for_selector("#compare tbody tr")
        found["compare"] = violations(page)
        page.keyboard.press("Escape")
        assert {state: faults for state, faults in found.items() if faults} == {}
    context.close()


def test_the_keyboard_reaches_all_of_it(page: Page, address: str) -> None:
    assert page.viewport_size == DESKTOP
    open_chat(page, address)
    page.focus(".bar [popovertarget=reports]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#reports .rows li")
    reached = set()
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                """() => ["[type=file]", "summary", "[data-open]", "[data-known]"].find(
                  each => document.activeElement.matches(`#reports ${each}`)) ?? null"""
            )
        )
    assert {"[type=file]", "summary", "[data-open]", "[data-known]"} <= reached
