"""The reader: the bundled report to the letter, other people's files, and laws for any text."""

from __future__ import annotations

import contextlib
import json
import textwrap
import time
from pathlib import Path

import pytest
from any_text import report_texts
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReportError
from index.parse import parse_text, read_report
from index.types import Document

TITLE = "City of London PEEL 2017"
GROUP = "Questions for Effectiveness"
SAFE = "How effective is the force at keeping people safe and reducing crime?"
PREVENTING = (
    "How effective is the force at preventing crime, tackling anti-social behaviour and keeping "
    "people safe?"
)
PROTECTING = (
    "How effective is the force at protecting those who are vulnerable from harm, and supporting "
    "victims?"
)
ORGANISED = "How effective is the force at tackling serious and organised crime?"
SPECIALIST = "How effective are the force’s specialist capabilities?"
IMPROVE = "Areas for improvement"


def read(text: str, title: str | None = None) -> Document:
    return parse_text(text, document_id="report", source="report.txt", title=title)


def outline(document: Document) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in document.sections]


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, flat(document.quote(block))) for block in document.blocks]


def units(document: Document) -> list[tuple[str, str]]:
    return [(unit.kind, flat(document.quote(unit))) for unit in document.units]


def lists(document: Document) -> list[tuple[str | None, list[str]]]:
    return [
        (
            flat(document.quote(items[0].lead_in)) if items[0].lead_in else None,
            [flat(document.quote(item)) for item in items],
        )
        for items in document.lists.values()
    ]


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def report(report_path: Path) -> Document:
    return read_report(report_path)


class TestTheBundledReport:
    def test_its_sections_with_levels_and_paths(self, report: Document) -> None:
        group = (TITLE, GROUP)
        assert [(section.level, section.path) for section in report.sections] == [
            (1, (TITLE,)),
            (2, (TITLE, SAFE)),
            (2, group),
            (3, (*group, PREVENTING)),
            (3, (*group, PROTECTING)),
            (4, (*group, PROTECTING, IMPROVE)),
            (3, (*group, ORGANISED)),
            (4, (*group, ORGANISED, IMPROVE)),
            (3, (*group, SPECIALIST)),
        ]

    def test_the_text_is_the_files_own(self, report: Document, report_path: Path) -> None:
        assert report.text == report_path.read_bytes().decode("utf-8")
        assert report.title == TITLE
        assert report.document_id == "city-of-london-peel-2017"
        assert report.metadata["publisher"] == "HMICFRS"
        assert report.pages == ()

    def test_its_blocks_by_kind(self, report: Document) -> None:
        kinds = [block.kind for block in report.blocks]
        counts = {kind: kinds.count(kind) for kind in ("heading", "paragraph", "bullet", "date")}
        assert counts == {"heading": 9, "paragraph": 24, "bullet": 28, "date": 1}

    def test_the_date_line_and_no_furniture(self, report: Document) -> None:
        assert ("date", "Last updated 22/03/2018") in units(report)
        assert not any("Skip to content" in text for _, text in units(report))
        assert report.sections[0].start == report.text.index(TITLE)

    def test_its_eleven_lists_with_their_lead_ins(self, report: Document) -> None:
        assert [(lead_in, len(items)) for lead_in, items in lists(report)] == [
            ("Examples of good practice include the force:", 2),
            ("The force’s initiatives include:", 2),
            ("It has effective crime prevention initiatives in place:", 2),
            ("The force also should:", 2),
            ("Good examples include:", 4),
            ("However, the force still needs to:", 2),
            (None, 3),
            ("The force should also:", 4),
            (None, 2),
            ("Most positively, the force:", 4),
            ("However, the force should:", 1),
        ]

    def test_bullets_lose_what_joins_them(self, report: Document) -> None:
        items = dict(lists(report))["The force should also:"]
        assert items == [
            "better monitor the effect of its disruption activity",
            "involve its CID more effectively in this activity",
            "be more alert to ‘county lines’ drug-dealing",
            "make more use of methods to prevent reoffending by established criminals.",
        ]
        assert not any(text.endswith((";", "; and", ",")) for _, text in units(report))

    def test_sentences_are_cut_where_they_end(self, report: Document) -> None:
        first = [text for kind, text in units(report) if kind == "sentence"][:3]
        assert first == [
            "City of London Police is good at keeping people safe and reducing crime.",
            "Since our 2016 effectiveness inspection the force has made good progress in the areas "
            "HMICFRS identified as requiring improvement.",
            "We are pleased to find this year that City of London Police is good across all "
            "elements of keeping people safe and reducing crime covered by our 2017 inspection.",
        ]

    @pytest.mark.parametrize("width", [70, 85, 100])
    @pytest.mark.parametrize("hanging", [True, False])
    def test_wrapping_its_lines_changes_no_unit(
        self, report: Document, width: int, hanging: bool
    ) -> None:
        wrapped = read(wrap(report, width, hanging=hanging))
        assert units(wrapped) == units(report)
        assert outline(wrapped) == outline(report)
        assert lists(wrapped) == lists(report)

    def test_pages_with_headers_and_numbers_change_no_list(self, report: Document) -> None:
        pages = wrap(report, 90, hanging=True).split("\n\n")
        chunks = ["\n\n".join(pages[place : place + 8]) for place in range(0, len(pages), 8)]
        text = "".join(
            f"HMICFRS: PEEL {TITLE[:14]}\n\n{chunk}\n\nPage {number} of {len(chunks)}\n\f"
            for number, chunk in enumerate(chunks, start=1)
        )
        paged = read(text, title=TITLE)
        assert lists(paged) == lists(report)
        assert [unit.page for unit in paged.units] == sorted(unit.page or 0 for unit in paged.units)
        assert len(paged.pages) == len(chunks) == paged.units[-1].page
        said = [item for item in units(paged) if item[0] != "heading"]
        assert said == [item for item in units(report) if item[0] != "heading"]


def wrap(document: Document, width: int, *, hanging: bool) -> str:
    """The document's blocks as a text tool writes them, lines broken at a width."""
    paragraphs = []
    for block in document.blocks:
        bullet = block.kind == "bullet"
        paragraphs.append(
            textwrap.fill(
                flat(document.quote(block)),
                width,
                initial_indent="  • " if bullet else "",
                subsequent_indent="    " if bullet and hanging else "",
                break_on_hyphens=False,
            )
        )
    return "\n\n".join(paragraphs) + "\n"


FORCE = """\
Fenwick Police: how legitimate is the force?

Summary

Overall judgement: good.
Fenwick Police treats people fairly. It could record more.

Custody: first point of contact

Good.
Cells were clean.

How well does the force use stop and search?

Requires improvement.
Its records are poor. Reasons were missing in 12 of 50 cases.
Areas for improvement
The force should:
  • record reasonable grounds; and
  • let the panel see body-worn video.
Cause of concern
Vetting is out of date.

What has improved since the last inspection?

Supervision has improved.
"""


class TestHeadings:
    def test_of_a_page_saved_without_blank_lines_between_paragraphs(self) -> None:
        document = read(FORCE)
        title = "Fenwick Police: how legitimate is the force?"
        assert document.title == title
        assert outline(document) == [
            (1, title),
            (2, "Summary"),
            (2, "Custody: first point of contact"),
            (2, "How well does the force use stop and search?"),
            (3, IMPROVE),
            (3, "Cause of concern"),
            (2, "What has improved since the last inspection?"),
        ]
        assert (
            document.sections[4].label
            == f"How well does the force use stop and search? › {IMPROVE}"
        )

    def test_a_judgement_alone_is_a_sentence(self) -> None:
        found = units(read(FORCE))
        for judgement in ("Overall judgement: good.", "Good.", "Requires improvement."):
            assert ("sentence", judgement) in found

    def test_levels_by_number(self) -> None:
        text = "Report\n\n1. Context\n\nIt is.\n\n1.1 Data\n\nMore is.\n\n2 Findings\n\nThis is.\n"
        assert outline(read(text)) == [
            (1, "Report"),
            (2, "1. Context"),
            (3, "1.1 Data"),
            (2, "2 Findings"),
        ]

    def test_an_annex_leaves_the_group_before_it(self) -> None:
        text = "Report\n\nPart 1: Care\n\nIs it kind?\n\nYes.\n\nAnnex A: Method\n\nWe looked.\n"
        assert outline(read(text)) == [
            (1, "Report"),
            (2, "Part 1: Care"),
            (3, "Is it kind?"),
            (2, "Annex A: Method"),
        ]

    def test_no_heading_at_all(self) -> None:
        document = read("The force is good.\n\nIt listens to people.\n")
        assert outline(document) == [(1, "report")]
        assert document.title == "report"
        assert units(document) == [
            ("sentence", "The force is good."),
            ("sentence", "It listens to people."),
        ]

    def test_a_report_of_one_line(self) -> None:
        document = read("The force is good")
        assert units(document) == [("sentence", "The force is good")]
        assert document.sections[0].path == ("report",)

    def test_words_before_the_first_heading_keep_it_from_being_the_title(self) -> None:
        document = read("We came in May.\n\nSummary\n\nAll is well.\n\nFindings\n\nIt is.\n")
        assert document.title == "report"
        assert [section.path for section in document.sections] == [
            ("report",),
            ("report", "Summary"),
            ("report", "Findings"),
        ]

    def test_a_known_title_stands_over_all(self) -> None:
        document = read("Summary\n\nAll is well.\n\nFindings\n\nIt is.\n", title="Fenwick 2020")
        assert [section.path for section in document.sections] == [
            ("Fenwick 2020", "Summary"),
            ("Fenwick 2020", "Findings"),
        ]

    def test_the_reports_own_heading_goes_by_the_known_title(self) -> None:
        document = read("Fenwick Police 2020\n\nSummary\n\nAll is well.\n", title="Fenwick 2020")
        assert [section.path for section in document.sections] == [
            ("Fenwick 2020", "Fenwick Police 2020"),
            ("Fenwick 2020", "Summary"),
        ]

    @pytest.mark.parametrize(
        "line",
        [
            "Inspection: unannounced",
            "Lead inspector: Jane Smith",
            "Crimes recorded      4,512     5,013",
            "98 per cent of calls",
            "Good",
            "Requires improvement",
            "The force has trained its staff, and",
            "© Crown copyright 2018",
        ],
    )
    def test_lines_that_are_none(self, line: str) -> None:
        document = read(f"Report\n\nSummary\n\n{line}\n\nThe force is good.\n")
        assert [section.title for section in document.sections] == ["Report", "Summary"]

    def test_one_broken_over_two_lines(self) -> None:
        text = (
            "Report\n\nThe force has a sound understanding of the communities it serves and the\n"
            "threats that they face.\n\nHow effective is the force at protecting those who are "
            "vulnerable from\nharm, and supporting victims?\nGood.\n\nAn inspection of specialist "
            "capabilities and the Strategic Policing\nRequirement\n\nIt is ready.\n"
        )
        document = read(text)
        assert outline(document)[1:] == [
            (2, PROTECTING),
            (2, "An inspection of specialist capabilities and the Strategic Policing Requirement"),
        ]
        assert document.quote(document.blocks[2]) in text


class TestDates:
    @pytest.mark.parametrize(
        "line",
        [
            "Last updated 22/03/2018",
            "Published: 4 September 2017",
            "Inspection dates: 12 June 2017 to 6 July 2017",
            "Date of inspection: 5–9 June 2017",
            "Report published: 4 Sep 2017",
            "22 March 2018",
            "March 2018",
            "2018-03-22",
        ],
    )
    def test_lines_that_only_say_when(self, line: str) -> None:
        assert ("date", line) in units(read(f"Report\n\n{line}\n\nThe force is good.\n"))

    @pytest.mark.parametrize(
        "line", ["Inspected 12 stations in 2017", "12 officers 2017", "May 12", "Published by HMIC"]
    )
    def test_lines_that_say_more(self, line: str) -> None:
        kinds = [kind for kind, _ in units(read(f"Report\n\n{line}\n\nThe force is good.\n"))]
        assert "date" not in kinds


class TestLists:
    def test_hanging_bullets_broken_over_lines(self) -> None:
        text = (
            "The force should:\n  • review its process for sharing information with schools when\n"
            "    Metropolitan officers attend; and\n  • listen.\nIt has begun.\n"
        )
        assert lists(read(text)) == [
            (
                "The force should:",
                [
                    "review its process for sharing information with schools when "
                    "Metropolitan officers attend",
                    "listen.",
                ],
            )
        ]
        assert blocks(read(text))[-1] == ("paragraph", "It has begun.")

    def test_nested_by_indent(self) -> None:
        text = (
            "# R\n\nThe force should:\n\n- train:\n  - sergeants; and\n  - inspectors\n- listen\n"
        )
        document = read(text)
        bullets = [block for block in document.blocks if block.kind == "bullet"]
        assert [(document.quote(block), block.level) for block in bullets] == [
            ("train:", 0),
            ("sergeants; and", 1),
            ("inspectors", 1),
            ("listen", 0),
        ]
        leads = [document.quote(block.lead_in) for block in bullets if block.lead_in]
        assert leads == ["The force should:", "train:", "train:", "The force should:"]
        assert len(document.lists) == 1

    def test_nested_by_sign_where_the_indent_is_lost(self) -> None:
        document = read("It should:\n• train:\n– sergeants;\n– inspectors;\n• listen.\n")
        assert [block.level for block in document.blocks if block.kind == "bullet"] == [0, 1, 1, 0]

    def test_numbered_items_and_numbered_headings(self) -> None:
        text = (
            "Report\n\nRecommendations\n\n1. Train officers.\n2. Listen to victims.\n\n"
            "2. Next steps\n\nWe shall return.\n"
        )
        document = read(text)
        assert lists(document) == [(None, ["Train officers.", "Listen to victims."])]
        assert document.sections[-1].title == "2. Next steps"

    def test_numbered_items_without_an_end(self) -> None:
        document = read("Report\n\nThe force should\n\n1. Train officers\n2. Listen\n3. Return\n")
        assert lists(document) == [(None, ["Train officers", "Listen", "Return"])]

    def test_a_bullet_alone_on_its_line(self) -> None:
        document = read("The force should:\n\n•\n\ntrain officers; and\n\n•\n\nListen.\n")
        assert lists(document) == [("The force should:", ["train officers", "Listen."])]

    def test_items_that_lost_their_bullets(self) -> None:
        document = read(
            "The force should:\ntrain officers;\nhear victims; and\nlisten.\n\nEnd it.\n"
        )
        assert lists(document) == [
            ("The force should:", ["train officers", "hear victims", "listen."])
        ]

    def test_a_dash_inside_a_wrapped_sentence_opens_none(self) -> None:
        text = (
            "The force has made progress in each of the areas that we looked at, and\n"
            "has made most of it in those that we had found to be wanting before 2016\n"
            "– and in two of them it is outstanding, which we are pleased to find this\n"
            "12. time of asking, and so it goes on.\n"
        )
        assert [kind for kind, _ in blocks(read(text))] == ["paragraph"]

    def test_a_long_bullet_is_quoted_by_sentence(self) -> None:
        long = "The force has done this. " * 30 + "It has"
        document = read(f"It should:\n• {long}; and\n• listen.\n")
        said = [document.quote(unit) for unit in document.units if unit.kind == "bullet"]
        assert said == [*["The force has done this."] * 30, "It has", "listen."]
        items = [document.quote(unit) for unit in document.lists[1]]
        assert items == ["The force has done this.", "listen."]

    def test_nothing_but_a_joint_is_kept(self) -> None:
        assert ("bullet", "and") in units(read("It should:\n• and\n"))


class TestPages:
    TEXT = (
        "Fenwick Police\n\nFenwick Police is good at what it does for people who live there and\n"
        "it has improved since 2016 with the help of the\n\n1\n\f"
        "Fenwick Police\n\npublic. It should:\n\n• train its officers; and\n\n2\n\f"
        "Fenwick Police\n\n• listen to what the people who live there have said about the\n\n3\n\f"
        "Fenwick Police\n\nservice they get.\n\nIt has begun.\n\n4\n\f"
    )

    def test_headers_and_page_numbers_are_left_out(self) -> None:
        document = read(self.TEXT)
        assert outline(document) == [(1, "Fenwick Police")]
        assert [(unit.page, flat(document.quote(unit))) for unit in document.units][2:] == [
            (2, "public."),
            (2, "It should:"),
            (2, "train its officers"),
            (3, "listen to what the people who live there have said about the"),
            (4, "service they get."),
            (4, "It has begun."),
        ]

    def test_a_list_goes_on_over_pages(self) -> None:
        document = read(self.TEXT)
        ((lead_in, items),) = lists(document)
        assert (lead_in, len(items)) == ("It should:", 3)

    def test_a_sentence_goes_on_where_no_furniture_stands_between(self) -> None:
        document = read("The force is good\n\n\fat what it does. It\fis. Really.\n")
        assert units(document) == [
            ("sentence", "The force is good at what it does."),
            ("sentence", "It is."),
            ("sentence", "Really."),
        ]
        assert [unit.page for unit in document.units] == [1, 2, 3]
        assert len(document.pages) == 3

    def test_what_recurs_on_two_pages_only_stays(self) -> None:
        document = read("A b.\n\nCustody suite\n\nC d.\n\fCustody suite\n\nE f.\n\fG h.\n\f")
        assert [section.title for section in document.sections] == [
            "report",
            *["Custody suite"] * 2,
        ]

    def test_a_lists_heading_is_no_running_header(self) -> None:
        text = "".join(f"{IMPROVE}\n\n• Train {n}.\n\f" for n in ("a", "b", "c"))
        assert [title for _, title in outline(read(text))] == [IMPROVE] * 3

    def test_a_table_of_contents_is_left_out(self) -> None:
        text = (
            "Report\n\nContents\nSummary  3\nHow good is the force at\nlistening?  4\n\n"
            "Summary\n\nGood. 3\n"
        )
        assert units(read(text)) == [
            ("heading", "Report"),
            ("heading", "Summary"),
            ("sentence", "Good."),
            ("sentence", "3"),
        ]

    def test_dotted_leaders_are_left_out(self) -> None:
        document = read("Report\n\nSummary ........ 3\n\nIt is.\n")
        assert units(document) == [("heading", "Report"), ("sentence", "It is.")]


class TestMarkdown:
    def test_headings_bullets_and_bold(self) -> None:
        text = (
            "# Fenwick Police\n\n## How good is it? ##\n\nIt listens\n\n"
            "**Areas for improvement**\n\n* Train officers.\n* Listen.\n\n## Annex\n\nDone.\n"
        )
        document = read(text)
        assert outline(document) == [
            (1, "Fenwick Police"),
            (2, "How good is it?"),
            (3, IMPROVE),
            (2, "Annex"),
        ]
        assert ("sentence", "It listens") in units(document)
        assert lists(document) == [(None, ["Train officers.", "Listen."])]

    def test_underlined_headings(self) -> None:
        document = read("Fenwick Police\n==============\n\nSummary\n-------\n\nIt is good.\n")
        assert outline(document) == [(1, "Fenwick Police"), (2, "Summary")]


class TestFiles:
    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("utf-8", "The force’s plan is good.\r\n\r\nIt works.\r\n"),
            ("utf-8-sig", "The force’s plan is good.\n\nIt works.\n"),
            ("cp1252", "The force’s plan is good.\n\nIt works.\n"),
            ("utf-16", "The force’s plan is good.\r\n\r\nIt works.\r\n"),
        ],
    )
    def test_encodings(self, tmp_path: Path, encoding: str, text: str) -> None:
        path = tmp_path / "report.txt"
        path.write_bytes(text.encode(encoding))
        document = read_report(path)
        assert units(document) == [
            ("sentence", "The force’s plan is good."),
            ("sentence", "It works."),
        ]
        assert document.text.removeprefix("\ufeff") == text

    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            (
                "report.odt",
                b"PK",
                "(.odt) cannot be read; open it in a word processor and save it as .docx",
            ),
            ("report", b"The force.", "a file without suffix cannot be read"),
            ("report.txt", b"a\0b", "report.txt: this is not text"),
            ("report.txt", b"The \x81 force.", "byte 4 is not text in utf-8 or cp1252"),
            ("report.txt", b"\xff\xfea", "is not text in utf-16"),
            ("report.txt", b"", "the file is empty"),
            ("report.txt", b"12\n\n---\n", "there is no sentence in this file"),
            ("report.txt", b"# Only a heading\n", "there is no sentence in this file"),
        ],
    )
    def test_what_cannot_be_read(
        self, tmp_path: Path, name: str, data: bytes, message: str
    ) -> None:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ReportError) as caught:
            read_report(tmp_path / name)
        assert message in str(caught.value)

    def test_a_missing_file_and_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "folder.txt").mkdir()
        for name in ("none.txt", "folder.txt", "nul\0.txt"):
            with pytest.raises(ReportError, match="cannot be read"):
                read_report(tmp_path / name)

    @pytest.mark.parametrize(
        "sidecar", ["[]", '{"title": 1}', "{", "[" * 100_000, r'{"title": "\ud800"}']
    )
    def test_a_malformed_description(self, tmp_path: Path, sidecar: str) -> None:
        (tmp_path / "report.txt").write_text("The force is good.")
        (tmp_path / "report.json").write_text(sidecar)
        with pytest.raises(ReportError, match=r"report\.txt: cannot be read"):
            read_report(tmp_path / "report.txt")

    def test_title_from_the_description(self, tmp_path: Path) -> None:
        (tmp_path / "report.md").write_text("The force is good.")
        (tmp_path / "report.json").write_text('{"title": "Fenwick\\n 2020"}')
        assert read_report(tmp_path / "report.md").title == "Fenwick 2020"

    @given(st.binary(max_size=300))
    def test_any_bytes(self, tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
        path = tmp_path_factory.getbasetemp() / "any.txt"
        path.write_bytes(data)
        with contextlib.suppress(ReportError):
            assert read_report(path).units


class TestLaws:
    @given(report_texts)
    def test_of_any_text(self, text: str) -> None:
        document = read(text)
        assert document.text == text
        last = 0
        for section in document.sections:
            assert last <= section.start < section.end <= len(text)
            assert section.path[-1] == section.title
            assert section.path[0] == document.title
            last = section.end
        last = 0
        for block in document.blocks:
            section = document.sections[block.section]
            assert max(last, section.start) <= block.start < block.end <= section.end
            assert document.quote(block) == document.quote(block).strip()
            last = block.end
        last = 0
        for unit in document.units:
            block = document.blocks[unit.block]
            assert max(last, block.start) <= unit.start < unit.end <= block.end
            assert document.quote(unit) == document.quote(unit).strip()
            assert (unit.section, unit.list_id, unit.lead_in) == (
                block.section,
                block.list_id,
                block.lead_in,
            )
            if unit.page is not None:
                page = document.pages[unit.page - 1]
                assert page.start <= unit.start < page.end
            last = unit.end
        assert {unit.block for unit in document.units} == set(range(len(document.blocks)))

    @given(report_texts)
    def test_of_lists(self, text: str) -> None:
        document = read(text)
        runs = [block.list_id for block in document.blocks]
        changes = [now for before, now in zip([None, *runs], runs, strict=False) if now != before]
        contiguous = [list_id for list_id in changes if list_id is not None]
        assert len(contiguous) == len(set(contiguous))
        for block in document.blocks:
            assert (block.list_id is not None) == (block.kind == "bullet")
            if block.lead_in is not None:
                assert document.quote(block.lead_in).endswith(":")
                assert block.lead_in.end <= block.start
                held = document.sections[block.section]
                assert held.start <= block.lead_in.start

    @given(report_texts)
    def test_of_the_round_trip(self, text: str) -> None:
        document = read(text)
        assert Document.from_dict(json.loads(json.dumps(document.to_dict()))) == document

    @given(report_texts)
    def test_line_ends_make_no_difference(self, text: str) -> None:
        unix = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        assert units(read(unix.replace("\n", "\r\n"))) == units(read(unix))


class TestTime:
    """A megabyte, or 100,000 lines, in seconds: processor time, since machines are shared."""

    @pytest.mark.parametrize(
        "text",
        [
            "• thing one here\n" * 100_000,
            "".join(" " * (place % 300) + "• deep:\n" for place in range(6_000)),
            "The force is good. " * 52_000,
            "a" * 1_000_000,
            "• a" + " " * 1_000_000 + "b; and",
            ("The force has good knowledge of its communities and the threats\nthat it\n") * 14_000,
            "x:\n" * 100_000,
            "The:\n" + "a b;\n" * 50_000,
            "A\n\n" * 50_000,
            "Contents\n" * 50_000,
            "Head\n\nx y z.\n\f" * 30_000,
        ],
        ids=[
            "bullets", "indents", "one line", "one word", "spaces", "one paragraph", "lead-ins",
            "no bullets", "headings", "contents", "pages",
        ],
    )  # fmt: skip
    def test_no_text_is_slow(self, text: str) -> None:
        began = time.process_time()
        read(text)
        assert time.process_time() - began < 15
