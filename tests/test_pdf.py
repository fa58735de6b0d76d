"""PDF reports: ten real ones against what people see on their pages, and handmade ones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_maker import HEIGHT, WIDTH, Mark, Text, grid, lines, pdf, pdf_of_streams

from eval.places import placed
from eval.reading import Agreement, agreement, load_outlines, outline_of
from index.layout import Box, Layout, PlacedText
from index.parse import read_report
from index.types import Document

DATA = Path(__file__).parent / "data"
REPORTS = DATA / "reports"
OUTLINES = load_outlines(REPORTS / "outline.json")

LEFT = [
    "The force is good at preventing crime in",
    "the city. It works well with partners and",
    "has plans for each ward of the county.",
    "Its officers are seen in the streets often.",
]
RIGHT = [
    "Victims are kept informed of what is done",
    "for them. Staff said that they feel able to",
    "do what is right, and that supervisors are",
    "there for them whenever it is needed.",
]


@pytest.fixture(scope="module")
def real() -> dict[str, Document]:
    """The ten real reports as they are read."""
    return {name: read_report(REPORTS / name) for name in OUTLINES}


def read(tmp_path: Path, pages: list[list[Mark]], rotate: int = 0) -> Document:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(pages, rotate))
    return read_report(path)


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.quote(block)) for block in document.blocks]


class TestRealReports:
    def test_headings_and_bullets_are_those_that_people_see(
        self, real: dict[str, Document]
    ) -> None:
        found = {name: outline_of(document) for name, document in real.items()}
        headings = Agreement.total(
            agreement(there.headings, found[name].headings) for name, there in OUTLINES.items()
        )
        bullets = Agreement.total(
            agreement(there.bullets, found[name].bullets, openings=True)
            for name, there in OUTLINES.items()
        )
        assert (headings.there, bullets.there) == (89, 111)
        assert headings.f1 >= 0.95, (headings.missed, headings.invented)
        assert bullets.f1 >= 0.95, (bullets.missed, bullets.invented)
        assert headings.levels_agreed >= 0.95 * headings.there
        assert bullets.levels_agreed >= 0.95 * bullets.there

    def test_numbered_paragraphs_are_all_found(self, real: dict[str, Document]) -> None:
        assert {name: outline_of(document).numbered for name, document in real.items()} == {
            name: outline.numbered for name, outline in OUTLINES.items()
        }

    def test_every_quote_stands_in_its_rectangles(self) -> None:
        found = [each for name in OUTLINES for each in placed(REPORTS / name)]
        assert len(found) > 1000
        assert [each for each in found if each.verdict != "the same"] == []

    def test_a_grade_table_is_read_as_lines(self, real: dict[str, Document]) -> None:
        document = real["ilacs-isle-of-wight-2023.pdf"]
        grades = [
            "The impact of leaders on social work practice with children and families: Good",
            "The experiences and progress of children who need help and protection: "
            "Requires improvement to be good",
            "The experiences and progress of children in care: Good",
            "The experiences and progress of care leavers: Good",
            "Overall effectiveness: Good",
        ]
        assert "\n\n" + "\n".join(grades) + "\n\n" in document.text
        assert set(grades) <= {document.quote(unit) for unit in document.units}

    def test_nested_bullets_have_their_lead_in(self, real: dict[str, Document]) -> None:
        document = real["ilacs-isle-of-wight-2023.pdf"]
        nested = [block for block in document.blocks if block.kind == "bullet" and block.level]
        assert [document.quote(block) for block in nested] == [
            "the pre-proceedings process in the Public Law Outline (PLO)",
            "permanence for children",
            "private fostering.",
        ]
        assert {document.quote(block.lead_in) for block in nested if block.lead_in} == {
            "The quality of oversight and monitoring of:"
        }

    def test_nothing_of_headers_and_footers_is_left(self, real: dict[str, Document]) -> None:
        for name, document in real.items():
            title = document.title if name.startswith("ilacs") else "Area SEND inspection report:"
            assert document.text.count(title) <= 1, name
            assert not re.search(r"^\d{1,2}$", document.text, re.MULTILINE), name

    def test_a_paragraph_goes_on_overleaf(self, real: dict[str, Document]) -> None:
        document = real["ilacs-isle-of-wight-2023.pdf"]
        sentence = (
            "This means that there is not effective sharing of information at these meetings, "
            "where important decisions are being made about action to be taken."
        )
        start = document.text.index(sentence)
        pages = {box.page for box in document.boxes(start, start + len(sentence))}
        assert pages == {2, 3}
        assert document.pages[2].start == start + len(
            "This means that there is not effective sharing of "
        )

    def test_all_of_a_document_survives_json(self, real: dict[str, Document]) -> None:
        for document in real.values():
            assert Document.from_dict(json.loads(json.dumps(document.to_dict()))) == document
            assert len(document.pages) == len(document.layout.sizes)


def test_a_page_printed_by_a_browser() -> None:
    """Two justified columns, drawn bullets, a heading higher than the line beside it, a box."""
    document = read_report(DATA / "two-columns.pdf")
    found = [(block.kind, block.level, document.quote(block)) for block in document.blocks]
    assert [(level, words) for kind, level, words in found if kind == "heading"] == [
        (1, "PEEL 2023–25: Police effectiveness, efficiency and legitimacy"),
        (2, "Overall summary"),
        (3, "Areas for improvement"),
        (2, "Responding to the public"),
        (3, "Main findings"),
    ]
    assert [(level, words) for kind, level, words in found if kind == "bullet"] == [
        (
            0,
            "The force needs to improve how quickly it answers emergency calls so that its "
            "abandonment rates are lower.",
        ),
        (0, "It should make sure that:"),
        (1, "repeat callers are routinely identified; and"),
        (1, "call takers give appropriate advice on the preservation of evidence."),
    ]
    assert document.text.endswith(
        "\n\nPreventing crime: 2021: Adequate; 2023: Good\n"
        "Investigating crime: 2021: Good; 2023: Requires improvement\n"
    )
    found = list(placed(DATA / "two-columns.pdf"))
    assert len(found) == len(document.units)
    assert [each for each in found if each.verdict != "the same"] == []


class TestHandmadePages:
    def test_columns_are_read_one_after_the_other(self, tmp_path: Path) -> None:
        page = [
            Text(60, 80, "How good is the force?", 18, bold=True),
            *lines(60, 120, LEFT),
            *lines(320, 120, RIGHT),
        ]
        assert blocks(read(tmp_path, [page])) == [
            ("heading", "How good is the force?"),
            ("paragraph", " ".join(LEFT)),
            ("paragraph", " ".join(RIGHT)),
        ]

    @pytest.mark.parametrize(
        ("right", "expected"),
        [
            # The only line at the column's edge stands above a list, between two, or below one.
            (
                [(0, "The force should:"), (1, "•train its staff; and"), (1, "•plan ahead.")],
                ["The force should:", "train its staff; and", "plan ahead."],
            ),
            (
                [(1, "•train its staff."), (0, "It should also:"), (1, "•plan ahead.")],
                ["train its staff.", "It should also:", "plan ahead."],
            ),
            (
                [(1, "•train its staff; and"), (1, "•plan ahead."), (0, "It will report on this.")],
                ["train its staff; and", "plan ahead.", "It will report on this."],
            ),
            (
                [
                    (0, "The force should:"),
                    (1, "•train its staff in what"),
                    (2, "to look out for."),
                ],
                ["The force should:", "train its staff in what to look out for."],
            ),
            (
                [(0, "The force should:"), (1, "•plan for:"), (2, "–floods;"), (2, "–fires.")],
                ["The force should:", "plan for:", "floods;", "fires."],
            ),
            (
                [(0, "The force should:"), (1, "1.train its staff;"), (1, "2.plan ahead.")],
                ["The force should:", "train its staff;", "plan ahead."],
            ),
        ],
    )
    @pytest.mark.parametrize("row", [0, 1])
    def test_a_column_of_bullets_is_read_alone(
        self, tmp_path: Path, row: int, right: list[tuple[int, str]], expected: list[str]
    ) -> None:
        page = [*lines(60, 120, LEFT), *lines(60, 178, RIGHT)]
        for at, (depth, words) in enumerate(right, row):
            sign = re.match(r"[•–]|\d\.", words)
            x, y = 330 + 16 * depth, 120 + 14.5 * at
            page += [Text(x, y, sign[0])] if sign else []
            page.append(Text(x + 16 if sign else x, y, words[len(sign[0]) if sign else 0 :]))
        found = [text for _, text in blocks(read(tmp_path, [page]))]
        assert " ".join(found[: -len(expected)]) == " ".join([*LEFT, *RIGHT])
        assert found[-len(expected) :] == expected

    def test_two_lists_side_by_side_keep_their_lead_ins(self, tmp_path: Path) -> None:
        page: list[Mark] = []
        for x, opening in ((60, "The force must:"), (330, "The force should:")):
            page.append(Text(x, 120, opening))
            for at, words in enumerate(["train its staff; and", "plan ahead."]):
                page += [Text(x + 16, 136 + 16 * at, "•"), Text(x + 30, 136 + 16 * at, words)]
        assert [text for _, text in blocks(read(tmp_path, [page]))] == [
            "The force must:",
            "train its staff; and",
            "plan ahead.",
            "The force should:",
            "train its staff; and",
            "plan ahead.",
        ]

    def test_labels_are_read_with_their_values(self, tmp_path: Path) -> None:
        page = [
            Text(60, 100, "Inspection dates:"),
            Text(220, 100, "2 to 6 October 2023"),
            Text(60, 120, "Lead inspector:"),
            Text(220, 120, "Jo Ward"),
            *lines(60, 160, LEFT),
        ]
        assert blocks(read(tmp_path, [page]))[:2] == [
            ("date", "Inspection dates: 2 to 6 October 2023"),
            ("paragraph", "Lead inspector: Jo Ward"),
        ]

    def test_broken_words_are_joined_as_the_report_writes_them(self, tmp_path: Path) -> None:
        page = lines(
            60,
            100,
            [
                "The well-being of children and the protection of the public are what the pro-",
                "tection board looks at. Safeguarding is their work, and safe-",
                "guarding means the well-",
                "being of all. See www.example.org/reports-",
                "2023 for the COVID-",
                "19 report and the short-",
                "and long-term plans.",
            ],
        )
        assert read(tmp_path, [page]).text == (
            "The well-being of children and the protection of the public are what the protection "
            "board looks at. Safeguarding is their work, and safeguarding means the well-being of "
            "all. See www.example.org/reports-2023 for the COVID-19 report and the short- and "
            "long-term plans.\n"
        )

    def test_running_headers_footers_and_page_numbers_are_left_out(self, tmp_path: Path) -> None:
        pages = [
            [
                Text(60, 40, "Fenwick Fire Service"),
                *lines(60, 100 + 20 * number, [f"Page text {'abcd'[number]} is here."]),
                Text(60, 800, f"Inspected in 2023 | {number + 1}"),
            ]
            for number in range(4)
        ]
        document = read(tmp_path, pages)
        assert document.text == "".join(f"Page text {c} is here.\n\n" for c in "abcd")[:-1]
        assert [unit.page for unit in document.units] == [1, 2, 3, 4]

    def test_bullets_over_lines_and_pages(self, tmp_path: Path) -> None:
        first = [
            Text(60, 740, "The force should:"),
            Text(60, 760, "•"),
            *lines(
                75, 760, ["train its officers in how to speak with those who are vulnerable, and"]
            ),
        ]
        second = [
            *lines(75, 60, ["in how to record what they say;"]),
            Text(60, 80, "•"),
            Text(75, 80, "plan for:"),
            Text(75, 100, "–"),
            Text(90, 100, "floods; and"),
            Text(75, 120, "–"),
            Text(90, 120, "fires; and"),
            Text(60, 140, "•"),
            Text(75, 140, "write it down."),
        ]
        document = read(tmp_path, [first, second])
        found = [block for block in document.blocks if block.kind == "bullet"]
        assert [(block.level, document.quote(block)) for block in found] == [
            (
                0,
                "train its officers in how to speak with those who are vulnerable, and in how to "
                "record what they say;",
            ),
            (0, "plan for:"),
            (1, "floods; and"),
            (1, "fires; and"),
            (0, "write it down."),
        ]
        assert {block.list_id for block in found} == {1}
        assert [document.quote(block.lead_in) for block in found if block.lead_in] == [
            "The force should:",
            "The force should:",
            "plan for:",
            "plan for:",
            "The force should:",
        ]

    def test_a_table_that_goes_on_overleaf_is_one(self, tmp_path: Path) -> None:
        xs = [60, 260, 400]
        first = [
            Text(65, 715, "Judgement", bold=True),
            Text(265, 715, "Grade", bold=True),
            Text(65, 735, "Leadership"),
            Text(265, 735, "Good"),
            Text(65, 755, "The safety of people"),
            Text(265, 755, "Requires"),
            *grid(xs, [700, 720, 740, 760]),
        ]
        second = [
            Text(65, 55, "Judgement", bold=True),
            Text(265, 55, "Grade", bold=True),
            Text(265, 75, "improvement"),
            Text(65, 95, "Overall"),
            Text(265, 95, "Inadequate"),
            *grid(xs, [40, 60, 80, 100]),
            *lines(60, 140, LEFT),
        ]
        document = read(tmp_path, [first, second])
        assert document.text.startswith(
            "Leadership: Good\nThe safety of people: Requires improvement\nOverall: Inadequate\n\n"
        )
        assert [unit.page for unit in document.units[:3]] == [1, 1, 2]

    def test_a_heading_repeated_overleaf_stands_where_it_is_printed(self, tmp_path: Path) -> None:
        xs = [60, 260, 400, 500]
        first = [
            Text(65, 715, "Theme", bold=True),
            Text(265, 715, "Grade in 2016", bold=True),
            Text(405, 715, "Grade in 2017", bold=True),
            Text(65, 735, "Leadership"),
            Text(265, 735, "Good"),
            Text(405, 735, "Good"),
            *grid(xs, [700, 720, 740]),
        ]
        second = [
            Text(65, 55, "Safety"),
            Text(265, 55, "Good"),
            Text(405, 55, "Inadequate"),
            *grid(xs, [40, 60]),
        ]
        document = read(tmp_path, [first, second])
        row = list(placed(tmp_path / "report.pdf"))[1]
        assert row.quote == "Safety: Grade in 2016: Good; Grade in 2017: Inadequate"
        assert row.verdict == "the same"
        assert {box.page for box in row.boxes} == {1, 2}
        assert row.page == document.page_at(document.units[1].start) == 2

    def test_footnotes_do_not_interrupt_a_paragraph(self, tmp_path: Path) -> None:
        first = [
            *lines(60, 700, LEFT[:3]),
            Text(60, 743.5, "The officers of the force"),
            Text(187, 739, "1", 7),
            Text(60, 787, "1", 5),
            Text(64, 790, "Those of the City of London Police.", 8),
        ]
        second = lines(60, 60, ["are seen in the streets often. That is good.", *RIGHT])
        document = read(tmp_path, [first, second])
        paragraphs = [text for _, text in blocks(document)]
        assert "The officers of the force are seen in the streets often." in paragraphs[0]
        assert paragraphs[-1] == "1 Those of the City of London Police."

    def test_numbered_items_are_a_list_and_numbered_paragraphs_are_not(
        self, tmp_path: Path
    ) -> None:
        items = [Text(60, 100, "The force should:")]
        items += [Text(60, 100 + 20 * n, f"{n}. do thing number {n}.") for n in (1, 2, 3)]
        assert [kind for kind, _ in blocks(read(tmp_path, [items]))][1:] == ["bullet"] * 3
        page: list[Mark] = []
        for number in (1, 2):
            page.append(Text(60, 200 * number, f"Chapter {number}", 16, bold=True))
            page += [Text(60, 200 * number + 30, f"{number}."), *lines(80, 200 * number + 30, LEFT)]
        document = read(tmp_path, [page])
        assert blocks(document)[1] == ("paragraph", " ".join(LEFT))
        assert "\n\n2. The force is good" in document.text

    @pytest.mark.parametrize("rotate", [90, 180, 270])
    def test_a_turned_page_is_placed_as_it_is_displayed(self, tmp_path: Path, rotate: int) -> None:
        turned: dict[int, tuple[float, float, float, float]] = {
            90: (0, 1, -1, 0),
            180: (-1, 0, 0, -1),
            270: (0, -1, 1, 0),
        }
        a, b, c, d = turned[rotate]
        x, y = {90: (500, 100), 180: (500, 700), 270: (100, 700)}[rotate]
        stream = f"BT /F 12 Tf {a} {b} {c} {d} {x} {y} Tm (All is well here.) Tj ET".encode()
        (tmp_path / "report.pdf").write_bytes(pdf_of_streams([stream], rotate))
        document = read_report(tmp_path / "report.pdf")
        assert document.text == "All is well here.\n"
        width, height = document.layout.sizes[0]
        assert (width, height) == ((HEIGHT, WIDTH) if rotate != 180 else (WIDTH, HEIGHT))
        (box,) = document.boxes(0, 17)
        assert 0 < box.x0 < box.x1 < width
        assert 0 < box.y0 < box.y1 < height
        assert (box.x1 - box.x0) > 5 * (box.y1 - box.y0)
        expected = {90: (100, 500), 180: (95, 700), 270: (142, 495)}[rotate]
        assert box.x0 == pytest.approx(expected[0], abs=1)
        assert box.y1 == pytest.approx(expected[1], abs=4)


class TestLayout:
    @given(
        st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5), st.integers(1, 3)), max_size=30),
        st.integers(0, 400),
        st.integers(1, 400),
    )
    def test_rectangles_cover_what_is_asked_for_and_no_more(
        self, shape: list[tuple[int, int, int]], start: int, length: int
    ) -> None:
        pieces, at = [], 0
        for number, (size, gap, page) in enumerate(shape):
            at += gap
            top = 20.0 * number
            pieces.append(PlacedText(at, at + size, Box(page, 50, top, 50 + 6.0 * size, top + 12)))
            at += size
        layout = Layout.of(pieces, [(595.0, 842.0)])
        assert list(layout.pieces) == pieces
        end = start + length
        touched = [piece for piece in pieces if piece.start < end and piece.end > start]
        boxes = layout.boxes(start, end)
        assert [(box.page, box.y0) for box in boxes] == [
            (piece.box.page, piece.box.y0) for piece in touched
        ]
        for piece, box in zip(touched, boxes, strict=True):
            covered = min(end, piece.end) - max(start, piece.start)
            assert box.x1 - box.x0 == pytest.approx(6.0 * covered, abs=0.11)

    def test_there_is_none_without_pages(self) -> None:
        assert Layout().boxes(0, 10) == ()
        assert Layout().page_at(0) is None
