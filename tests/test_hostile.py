"""Files made to do harm, and broken ones: refused by name, the others go on, nothing is hurt."""

from __future__ import annotations

import random
import time
import zlib
from pathlib import Path

import pytest
from docx_maker import docx, paragraph
from pdf_maker import Text, assembled, pdf, pdf_of_streams

from index.config import IndexConfig
from index.embed import Encoder
from index.errors import ReportError
from index.library import Library
from index.parse import ReaderLimits, read_report
from index.parse.apart import read_apart

REPORTS = Path(__file__).parent / "data" / "reports"
REAL = REPORTS / "send-wiltshire-2024.pdf"
GOOD = pdf([[Text(60, 60, "The force is good."), Text(60, 100, "It works.")]])
DOCTYPE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = "<!DOCTYPE d [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)


def refusal(path: Path, data: bytes, limits: ReaderLimits | None = None) -> str:
    path.write_bytes(data)
    with pytest.raises(ReportError) as caught:
        read_report(path, limits=limits)
    assert str(caught.value).startswith(f"{path.name}: ")
    return str(caught.value)


def scanned() -> bytes:
    picture = zlib.compress(bytes(64))
    page = zlib.compress(b"q 500 0 0 700 40 60 cm /I Do Q")
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /XObject << /I 5 0 R >> >> >>",
            f"<< /Length {len(page)} /Filter /FlateDecode >>\nstream\n".encode()
            + page
            + b"\nendstream",
            b"<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray "
            + f"/BitsPerComponent 8 /Length {len(picture)} /Filter /FlateDecode >>\n".encode()
            + b"stream\n"
            + picture
            + b"\nendstream",
        ]
    )


def encrypted() -> bytes:
    locked = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{0}> /U <{0}> >> /ID [<00><00>]"
    return pdf([[Text(60, 60, "Secret.")]], extra=locked.format("41" * 32))


def cyclic() -> bytes:
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>",
            b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>",
        ]
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (scanned(), "there is no text in this PDF, only pictures of pages (a scan)"),
        (pdf([[]]), "there is no text in this PDF; have its text recognised"),
        (encrypted(), "this PDF is locked by a password; save a copy without one"),
        (cyclic(), "this PDF"),
        (b"%PDF-1.7\n%%EOF\n", "this PDF is damaged or cut short"),
        (GOOD[:-30], "this PDF is damaged or cut short"),
    ],
    ids=["scanned", "blank", "encrypted", "cyclic", "hollow", "cut"],
)
def test_pdfs_without_text(tmp_path: Path, data: bytes, message: str) -> None:
    assert message in refusal(tmp_path / "report.pdf", data)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_real_pdf_cut_anywhere(tmp_path: Path, part: float) -> None:
    data = REAL.read_bytes()
    assert "this PDF is damaged or cut short; get the file anew" in refusal(
        tmp_path / "report.pdf", data[: int(len(data) * part)]
    )


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bits_cost_that_file_alone(tmp_path: Path, seed: int) -> None:
    data = bytearray(REAL.read_bytes())
    chance = random.Random(seed)
    for _ in range(300):
        data[chance.randrange(20, len(data) - 2048)] ^= 1 << chance.randrange(8)
    (tmp_path / "report.pdf").write_bytes(data)
    reason, quotes = "", [""]
    try:
        document = read_report(tmp_path / "report.pdf")
        quotes = [document.quote(unit) for unit in document.units]
    except ReportError as error:
        reason = str(error)
    assert reason.startswith("report.pdf: ") or all(quotes)


def test_too_many_pages(tmp_path: Path) -> None:
    assert "this PDF has 40 pages, more than the 30 that are read; split it" in refusal(
        tmp_path / "report.pdf", pdf([[]] * 40), ReaderLimits(pages=30)
    )


def test_too_much_text(tmp_path: Path) -> None:
    small = ReaderLimits(characters=10)
    for name, data in (
        ("a.pdf", GOOD),
        ("a.html", b"<html><body><p>The force is good.</p></body></html>"),
        ("a.docx", docx(paragraph("The force is good."))),
    ):
        assert "more than the 10 " in refusal(tmp_path / name, data, small)


def test_a_pdf_that_takes_too_long(tmp_path: Path) -> None:
    content = b"BT /F 1 Tf " + b"1 0 0 1 9 9 Tm (abcdefghij) Tj " * 400_000 + b"ET"
    began = time.monotonic()
    message = refusal(
        tmp_path / "report.pdf", pdf_of_streams([content]), ReaderLimits(seconds=1, wait=60)
    )
    assert "this PDF cannot be read: it took longer than 1 seconds" in message
    assert time.monotonic() - began < 60


def test_a_reader_that_is_waited_for_in_vain(tmp_path: Path) -> None:
    content = b"BT /F 1 Tf " + b"1 0 0 1 9 9 Tm (abcdefghij) Tj " * 400_000 + b"ET"
    assert "it took longer than" in refusal(
        tmp_path / "report.pdf", pdf_of_streams([content]), ReaderLimits(wait=1)
    )


def test_a_pdf_that_unpacks_to_too_much(tmp_path: Path) -> None:
    bomb = zlib.compress(b" " * (1 << 29), 9)
    message = refusal(
        tmp_path / "report.pdf",
        pdf_of_streams([bomb], packed=True),
        ReaderLimits(memory=400 << 20),
    )
    assert "report.pdf: " in message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<div>" * 20_000 + "<p>It is good.</p>", "nested more than 500 deep"),
        ("<b>" * 100_000 + "It is good.", "nested more than 500 deep"),
        ("<table><tr><td>" * 2_000 + "It is good.", "nested more than 500 deep"),
        ("<ul><li>" * 2_000 + "It is good.", "nested more than 500 deep"),
    ],
    ids=["div", "b", "table", "ul"],
)
def test_deeply_nested_web_pages(tmp_path: Path, body: str, message: str) -> None:
    assert message in refusal(tmp_path / "a.html", f"<html><body>{body}".encode())


def test_web_archives_made_to_do_harm(tmp_path: Path) -> None:
    head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a0\n\n"
    nested = b"".join(
        b"--a%d\nContent-Type: multipart/mixed; boundary=a%d\n\n" % (n, n + 1)
        for n in range(20_000)
    )
    deep = b"--a0\nContent-Type: text/html\n\n<html><body>" + b"<div>" * 20_000 + b"It is good."
    for data in (head + nested, head + b"--a0\n\n" * 20_000, head + deep):
        assert refusal(tmp_path / "a.mhtml", data).startswith("a.mhtml: ")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (docx(parts={"word/document.xml": DOCTYPE + "<d>&a;</d>"}), "document type declaration"),
        (docx(parts={"word/styles.xml": DOCTYPE + "<d>&a;</d>"}), "document type declaration"),
        (docx(parts={"word/document.xml": LAUGHS + "]><d>&a9;</d>"}), "document type declaration"),
        (docx(parts={"word/media/a.bin": bytes(300 << 20)}), "unpacks to 314,5"),
        (docx(parts={"word/document.xml": "<d>" * 9_000}), "nested more than 500 deep"),
        (docx(parts={"word/document.xml": "<d>"}), "damaged or cut short"),
        (docx(parts={"_rels/.rels": "<Relationships/>"}), "a.docx: "),
        (docx(paragraph("It is good."))[:-200], "damaged or cut short"),
    ],
    ids=["xxe", "xxe-styles", "laughs", "bomb", "deep", "broken", "no-relations", "cut"],
)
def test_word_documents_made_to_do_harm(tmp_path: Path, data: bytes, message: str) -> None:
    found = refusal(tmp_path / "a.docx", data)
    assert message in found
    assert "root:" not in found


def test_the_reader_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from index.parse import apart

    monkeypatch.setenv("PEEL_LLM_API_KEY", "secret")
    assert "secret" not in apart._environment().values()


def test_a_name_with_markup_and_no_document() -> None:
    with pytest.raises(ReportError, match=r"<b>\.pdf: this PDF is damaged"):
        read_apart(b"", "pdf", name="<b>.pdf", document_id="b")


def test_the_rest_of_a_batch_goes_on_and_the_library_is_unharmed(
    tmp_path: Path, tiny: Encoder
) -> None:
    config = IndexConfig(model=tiny.model_name)
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, data in (
        ("bomb.docx", docx(parts={"word/media/a.bin": bytes(300 << 20)})),
        ("cut.pdf", GOOD[:-30]),
        ("deep.html", b"<html><body>" + b"<div>" * 5_000 + b"It is good."),
        ("good.pdf", GOOD),
        ("page.html", b"<html><body><p>The leaders are good.</p></body></html>"),
        ("scan.pdf", scanned()),
        ("text.txt", b"The plan is good.\n"),
        ("word.docx", docx(paragraph("The staff are good."))),
        ("wrong.txt", GOOD),
    ):
        (folder / name).write_bytes(data)
    library = Library.create(tmp_path / "library", config, tiny, [folder / "text.txt"])
    result = library.add([folder])
    assert result.added == ("good", "page", "word")
    assert result.unchanged == ("text",)
    assert [failure.path.name for failure in result.failed] == [
        "bomb.docx",
        "cut.pdf",
        "deep.html",
        "scan.pdf",
        "wrong.txt",
    ]
    assert all(failure.reason.startswith(failure.path.name) for failure in result.failed)
    again = Library.open(library.path, config, tiny)
    assert again.verify() == ()
    good = again.documents["good"]
    assert [box.page for box in good.boxes(0, len(good.text))] == [1, 1]
    assert library.add([folder]).unchanged == ("good", "page", "text", "word")
    (folder / "good.pdf").write_bytes(pdf([[Text(60, 60, "The force is better.")]]))
    assert library.add([folder]).replaced == ("good",)
    assert library.documents["good"].text == "The force is better.\n"
