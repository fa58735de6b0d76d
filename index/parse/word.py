"""Word documents into elements: read as a web page, by their styles."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import replace
from typing import IO
from xml.etree.ElementTree import ParseError

import mammoth
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from index.errors import ReportError
from index.parse.flow import Flow
from index.parse.limits import ReaderLimits
from index.parse.web import read_html

_BODY = re.compile(r"word/document\d*\.xml")
_MOST_PARTS = 10_000
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='toc 1'] => !
p[style-name='toc 2'] => !
p[style-name='toc 3'] => !
p[style-name='toc 4'] => !
p[style-name='TOC Heading'] => !
p[style-name='List Bullet'] => ul > li:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Number'] => ol > li:fresh
b => strong
"""


def read_docx(data: bytes, limits: ReaderLimits) -> Flow:
    """The elements of a Word document; running headers and footers are not part of it.

    Raises ReportError where it is another kind of file, is damaged, unpacks to too much, or has
    a document type declaration, which Word never writes and which can name other files.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive, limits)
        page = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda _image: {"src": ""}),
        ).value
    except (zipfile.BadZipFile, zlib.error, ParseError, KeyError, EOFError) as error:
        raise ReportError(
            "this Word document is damaged or cut short; get the file anew from where it is "
            "published"
        ) from error
    except DefusedXmlException as error:
        raise ReportError(
            "this Word document has a document type declaration, as files made to do harm have; "
            "if you trust it, open it in Word and save it anew"
        ) from error
    flow = read_html(f"<html><body>{page}</body></html>".encode(), limits)
    return replace(flow, title=None)


def _check(archive: zipfile.ZipFile, limits: ReaderLimits) -> None:
    """Refuse what mammoth, which trusts its input, should not be given."""
    parts = archive.infolist()
    if not any(_BODY.fullmatch(part.filename) for part in parts):
        raise ReportError(
            "this is a zipped file, but not a Word document; save the report as .docx or PDF"
        )
    size = sum(part.file_size for part in parts)
    if size > limits.unpacked or len(parts) > _MOST_PARTS:
        raise ReportError(
            f"this Word document unpacks to {size:,} bytes in {len(parts):,} parts, more than the "
            f"{limits.unpacked:,} bytes in {_MOST_PARTS:,} that are read; save it without "
            "its pictures, or as text"
        )
    if any(part.flag_bits & 1 for part in parts):
        raise ReportError("this Word document is locked by a password; save a copy without one")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                _check_xml(stream, limits)


def _check_xml(stream: IO[bytes], limits: ReaderLimits) -> None:
    """Read a part once: no declarations, no entities, no deep nesting."""
    depth = 0
    for event, element in iterparse(stream, ("start", "end"), forbid_dtd=True):
        depth += 1 if event == "start" else -1
        if depth > limits.depth:
            raise ReportError(
                f"its elements are nested more than {limits.depth} deep, which no report's are; "
                "save it as text"
            )
        if event == "end":
            element.clear()
