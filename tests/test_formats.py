"""Every format by its name and content; web pages and Word documents as they are read."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from docx_maker import bullet, docx, paragraph, table
from hypothesis import given
from hypothesis import strategies as st
from pdf_maker import Text, pdf

from index.errors import ReportError
from index.parse import read_report
from index.parse.formats import SUFFIXES, format_of
from index.parse.letters import mended, plain
from index.types import Document

PAGE = """<!doctype html><html><head><title>Moor Fire Service – Inspectorate</title>
<script>document.write("a script")</script></head><body>
<header>Skip to content</header><nav><ul><li>Home</li></ul></nav>
<div class="cookie-banner">Cookies</div>
<main><h1>Moor&nbsp;Fire Service</h1><p>Published: 12 March 2024</p>
<p>It is <b>good</b> at responding.<sup><a href="#n">[1]</a></sup> It should mend its con&shy;trol
room, its o&#64259;ce and its records.</p>
<h2>Areas for improvement</h2><p>The service should:</p>
<ul><li><p>train staff;</p></li><li>plan for:<ul><li>floods; and</li><li>fires; and</li></ul></li>
<li>write it down.</li></ul>
<p><strong>Leadership</strong></p><p>Piccadilly Gate<br>Manchester is where it is.</p>
<table><tr><th>Judgement</th><th>Grade</th></tr>
<tr><td>Overall effectiveness</td><td>Requires improvement to be good</td></tr>
<tr><td>Leaders</td><td>Good</td></tr></table>
<dl><dt>Lead inspector:</dt><dd>Jo Ward</dd></dl>
<p hidden>Hidden.</p><p style="display: none">Hidden too.</p></main>
<footer>Crown copyright</footer></body></html>"""


def read(tmp_path: Path, name: str, data: bytes) -> Document:
    (tmp_path / name).write_bytes(data)
    return read_report(tmp_path / name)


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.quote(block)) for block in document.blocks]


def test_a_web_page(tmp_path: Path) -> None:
    document = read(tmp_path, "moor.html", PAGE.encode())
    assert document.title == "Moor Fire Service"
    assert blocks(document) == [
        ("heading", 1, "Moor Fire Service"),
        ("date", 0, "Published: 12 March 2024"),
        (
            "paragraph",
            0,
            "It is good at responding. It should mend its control room, its office and its "
            "records.",
        ),
        ("heading", 2, "Areas for improvement"),
        ("paragraph", 0, "The service should:"),
        ("bullet", 0, "train staff;"),
        ("bullet", 0, "plan for:"),
        ("bullet", 1, "floods; and"),
        ("bullet", 1, "fires; and"),
        ("bullet", 0, "write it down."),
        ("heading", 3, "Leadership"),
        ("paragraph", 0, "Piccadilly Gate Manchester is where it is."),
        ("paragraph", 0, "Overall effectiveness: Requires improvement to be good"),
        ("paragraph", 0, "Leaders: Good"),
        ("paragraph", 0, "Lead inspector: Jo Ward"),
    ]
    lead_ins = [document.quote(b.lead_in) for b in document.blocks if b.lead_in]
    assert lead_ins == [
        "The service should:",
        "The service should:",
        "plan for:",
        "plan for:",
        "The service should:",
    ]
    assert document.pages == ()
    assert document.boxes(0, 10) == ()


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", ""), ("cp1252", ""), ("utf-16", ""), ("iso-8859-2", '<meta charset="iso-8859-2">')],
)
def test_encodings_of_web_pages(tmp_path: Path, encoding: str, declared: str) -> None:
    page = f"<html><head>{declared}</head><body><p>The café is open.</p></body></html>"
    assert read(tmp_path, "page.htm", page.encode(encoding)).text == "The café is open.\n"


def test_a_word_document(tmp_path: Path) -> None:
    data = docx(
        paragraph("Moor Fire Service", "Title"),
        paragraph("The service is good."),
        paragraph("Areas for improvement", "Heading1"),
        paragraph("The service should:"),
        bullet("train staff"),
        bullet("plan for:"),
        bullet("floods", 1),
        paragraph("Leadership", bold=True),
        paragraph("Leaders are good."),
        table(["Judgement", "Grade"], ["Overall effectiveness", "Good"]),
    )
    document = read(tmp_path, "moor.docx", data)
    assert document.title == "Moor Fire Service"
    assert blocks(document) == [
        ("heading", 1, "Moor Fire Service"),
        ("paragraph", 0, "The service is good."),
        ("heading", 2, "Areas for improvement"),
        ("paragraph", 0, "The service should:"),
        ("bullet", 0, "train staff"),
        ("bullet", 0, "plan for:"),
        ("bullet", 1, "floods"),
        ("heading", 3, "Leadership"),
        ("paragraph", 0, "Leaders are good."),
        ("paragraph", 0, "Overall effectiveness: Good"),
    ]


ARCHIVE = (
    b"From: <Saved by Blink>\r\nSubject: Moor\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; type="text/html"; boundary="--b"\r\n\r\n'
    b"----b\r\nContent-Type: text/html; charset=iso-8859-1\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<html><body><h1>Moor</h1><p>The caf=E9 is=\r\n good.</p></body></html>\r\n"
    b"----b\r\nContent-Type: text/html\r\n\r\n<html><body><p>A frame.</p></body></html>\r\n"
    b"----b--\r\n"
)


@pytest.mark.parametrize("name", ["moor.mhtml", "moor.mht"])
def test_a_page_saved_as_a_single_file(tmp_path: Path, name: str) -> None:
    document = read(tmp_path, name, ARCHIVE)
    assert blocks(document) == [("heading", 1, "Moor"), ("paragraph", 0, "The café is good.")]


def test_a_web_archive_that_names_its_page(tmp_path: Path) -> None:
    named = ARCHIVE.replace(b'type="text/html"', b'start="<f@b>"')
    named = named.replace(b"text/html\r\n\r\n", b"text/html\r\nContent-ID: <f@b>\r\n\r\n")
    assert blocks(read(tmp_path, "moor.mhtml", named)) == [("paragraph", 0, "A frame.")]


ZIPPED = io.BytesIO()
with zipfile.ZipFile(ZIPPED, "w") as _archive:
    _archive.writestr("xl/workbook.xml", "<workbook/>")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (
            "a.txt",
            pdf([[Text(60, 60, "It is good.")]]),
            "a PDF, not text; rename it to end in .pdf",
        ),
        ("a.md", PAGE.encode(), "a web page, not text; rename it to end in .html"),
        ("a.pdf", PAGE.encode(), "a web page, not a PDF; rename it to end in .html"),
        ("a.html", pdf([[]]), "a PDF, not a web page; rename it to end in .pdf"),
        ("a.txt", ZIPPED.getvalue(), "a Word document, not text; rename it to end in .docx"),
        ("a.docx", ZIPPED.getvalue(), "a zipped file, but not a Word document"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
            "save it as .docx without a pass",
        ),
        ("a.docx", b"{\\rtf1 It is good.}", "a rich text file, not a Word document"),
        ("a.pdf", b"\x89PNG\r\n" + bytes(99), "a picture, not a PDF; have its text recognised"),
        ("a.pdf", b"It is good.", "this is not a PDF"),
        ("a.docx", b"It is good.", "this is not a Word document"),
        ("a.pdf", b" \n", "the file is empty"),
        (
            "a.html",
            b"<html><body><nav>Home</nav></body></html>",
            "there is no sentence in this file",
        ),
        ("a.exe", b"MZ", ".exe cannot be read"),
        ("a.html", ARCHIVE, "a web archive, not a web page; rename it to end in .mhtml"),
        ("a.txt", ARCHIVE, "a web archive, not text; rename it to end in .mhtml"),
        ("a.mhtml", PAGE.encode(), "a web page, not a web archive; rename it to end in .html"),
        ("a.mhtml", b"From: Jo\nSubject: Hi\n\nIt is good.", "an e-mail, not a web archive"),
        ("a.mhtml", ARCHIVE.replace(b"text/html", b"image/png"), "there is no web page in this"),
        ("a.mhtml", ARCHIVE[:160], "there is no sentence in this file"),
    ],
)
def test_what_is_not_what_its_name_says(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    with pytest.raises(ReportError) as caught:
        read(tmp_path, name, data)
    assert str(caught.value).startswith(f"{name}: ")
    assert message in str(caught.value)


@given(st.sampled_from(sorted(SUFFIXES)), st.binary(max_size=60))
def test_any_bytes_have_a_format_or_are_refused_by_name(suffix: str, data: bytes) -> None:
    found: str | None = None
    reason = ""
    try:
        found = format_of(f"report{suffix}", data)
    except ReportError as error:
        reason = str(error)
    assert found == SUFFIXES[suffix] or reason.startswith(f"report{suffix}: ")


@given(st.text())
def test_mended_text_is_plain(text: str) -> None:
    found = plain(text)
    assert plain(found) == found == found.strip()
    assert not any(character in found for character in "\n\t\r\xa0\xad\u200b\ufeff\ufb01\x00")
    found.encode()


def test_ligatures_hyphens_and_letters_of_other_scripts() -> None:
    assert plain("o\ufb03ce\u2011 co\xadoperate a\u2009b\u3000c") == "office- cooperate a b c"
    assert [mended(c) for c in "é’—Ж中😀"] == list("é’—Ж中😀")


def test_the_parent_never_loads_a_reader_of_hostile_formats(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE)
    code = (
        "import sys; from pathlib import Path; from index.library import Library; "
        "from index.parse import read_report; read_report(Path(sys.argv[1])); "
        "print(sorted({'pypdfium2', 'selectolax', 'mammoth'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.html")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
