"""Pages of PDF reports as images: painted apart, kept, refused."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from index.embed import Encoder
from index.errors import LibraryError, ReportError
from index.library import Library
from index.pages import PagePainter
from index.parse.apart import paint_apart
from index.parse.limits import ReaderLimits

YORK = Path(__file__).parent / "data" / "reports" / "ilacs-york-2022.pdf"
LIMITS = ReaderLimits(seconds=15, wait=60, output=1 << 24)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, tiny: Encoder, report_path: Path) -> Library:
    path = tmp_path_factory.mktemp("library")
    return Library.create(path, encoder=tiny, reports=[YORK, report_path])


def test_a_page_is_painted_once(library: Library) -> None:
    painter = PagePainter(library)
    page = painter.page("ilacs-york-2022", 2)
    assert size(page) == (1000, 1416)
    assert painter.page("ilacs-york-2022", 2) is page


def test_what_has_no_such_page_is_refused(library: Library) -> None:
    painter = PagePainter(library)
    for number in (0, -1, 10):
        with pytest.raises(ReportError, match=f"has 9 pages, so none is {number}"):
            painter.page("ilacs-york-2022", number)
    with pytest.raises(ReportError, match="has 0 pages"):
        painter.page("city-of-london-peel-2017", 1)
    with pytest.raises(LibraryError, match=r"there is no report '\.\./ilacs-york-2022'"):
        painter.page("../ilacs-york-2022", 1)


def test_a_page_that_cannot_be_painted_costs_its_process_alone() -> None:
    data = YORK.read_bytes()
    with pytest.raises(ReportError, match=r"york\.pdf: page 2 cannot be read: its reader"):
        paint_apart(data[:2000], "york.pdf", 2, 1000, LIMITS)
    with pytest.raises(ReportError, match="needs more than 50 MiB"):
        paint_apart(data, "york.pdf", 2, 1000, replace(LIMITS, memory=50 << 20))
