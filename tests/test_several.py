"""A library of several real reports: which are asked, what is answered from each, the register."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.embed import Encoder
from index.errors import LibraryError, QuestionError, ReportError
from index.findings import findings
from index.library import Library
from index.parse import read_report
from index.types import Document, Fact
from rag.cite import verify
from rag.config import RagConfig
from rag.names import Names
from rag.pipeline import ReportQA
from rag.register import register_of
from rag.route import Router
from rag.table import table
from rag.types import Answer
from ui.cli import app
from ui.findings import findings_csv, findings_html

ROOT = Path(__file__).parent.parent
SLOUGH, SURREY = "slough-ilacs-2023", "surrey-send-2023"
TRAFFORD, WANDSWORTH = "trafford-send-2023", "wandsworth-ilacs-2023"
CITY = "city-of-london-peel-2017"


@pytest.fixture(scope="module")
def documents(report_path: Path) -> dict[str, Document]:
    paths = [report_path, *sorted((ROOT / "eval/sets/reports").glob("*.md"))]
    return {path.stem: read_report(path) for path in paths}


@pytest.fixture(scope="module")
def router(documents: dict[str, Document]) -> Router:
    return Router(documents)


@pytest.fixture(scope="module")
def several(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, report_path: Path
) -> Library:
    paths = [report_path, *sorted((ROOT / "eval/sets/reports").glob("*.md"))]
    return Library.create(tmp_path_factory.mktemp("several"), encoder=encoder, reports=paths)


@pytest.fixture(scope="module")
def qa(several: Library) -> ReportQA:
    return ReportQA(several)


def asked(router: Router, question: str, *history: str) -> tuple[str, ...]:
    return router.route(question, history).every or ()


@pytest.mark.parametrize(
    ("question", "reports"),
    [
        ("What did inspectors say about care leavers in Slough?", (SLOUGH,)),
        ("how is slough's workforce", (SLOUGH,)),
        ("Do Slough and Surrey listen to children?", (SLOUGH, SURREY)),
        ("Is the City of London Police good at anything?", (CITY,)),
        ("What did the Surrey Local Area Partnership do well?", (SURREY,)),
        ("What did reports from 2017 and 2022 say about visits?", (WANDSWORTH,)),
        ("Which public order partners are in London?", ()),
        ("Is Surrey Heath mentioned?", ()),
        ("What has changed since the 2022 inspection?", ()),
        ("How many care leavers are there?", ()),
    ],
)
def test_a_question_goes_to_the_reports_that_it_names(
    router: Router, question: str, reports: tuple[str, ...]
) -> None:
    assert asked(router, question) == reports


def test_a_follow_up_stays_with_the_report_until_another_is_named(router: Router) -> None:
    first = "What did inspectors say about care leavers in Slough?"
    assert asked(router, "Who leads the service?", first) == (SLOUGH,)
    assert asked(router, "Who leads the service in Wandsworth?", first) == (WANDSWORTH,)
    assert asked(router, "What do the other reports say of neglect?", first) == ()
    assert router.moved("and in Surrey?", first) == (
        "What did inspectors say about care leavers in Surrey?"
    )
    assert router.moved("what about Surrey?", "How good is respite care?") == (
        "How good is respite care in Surrey?"
    )
    assert router.moved("and what does Surrey do about autism?", first) == ""


def test_names_of_ordinary_words_need_their_capital() -> None:
    def on(name: str, document_id: str) -> Document:
        document = read_report(ROOT / "eval/sets/reports/slough-ilacs-2023.md", document_id)
        return replace(document, facts=(Fact("organisation", name),))

    names = Names(
        [
            on("Reading Borough Council", "a"),
            on("Barking and Dagenham Local Area Partnership", "b"),
            on("Kingston upon Hull", "c"),
            on("Hull City Council", "d"),
            on("North Somerset", "e"),
            on("Kent County Council", "f"),
        ],
        lambda word: word in ("reading", "and", "north"),
    )

    def named(question: str) -> list[str]:
        return [one.name for item in names.mentions(question) for one in item.organisations]

    assert named("Is reading well taught?") == []
    assert named("Reading skills: how good are they?") == []
    assert named("Is reading well taught in Reading?") == ["Reading"]
    assert named("how does barking do, and barking & dagenham?") == ["Barking and Dagenham"] * 2
    assert named("what of hull") == ["Kingston upon Hull"]
    assert named("Somerset") == []
    assert named("is north somerset better than Kent?") == ["North Somerset", "Kent"]
    assert named("Kentish Town, West Kent College, Kent State") == []


def test_no_report_on_a_place_is_said_with_what_there_is(qa: ReportQA) -> None:
    answer = qa.ask("How well are care leavers supported in Rochdale?")
    assert answer.abstained
    assert answer.text == (
        "There is no report on Rochdale here; there are reports on City of London, Slough, Surrey, "
        "Trafford, Wandsworth."
    )


def test_no_question_of_the_sets_is_taken_for_one_on_an_absent_place(router: Router) -> None:
    for name in ("inspections", "city-of-london-peel-2017"):
        for line in (ROOT / f"eval/sets/{name}.jsonl").read_text().splitlines():
            question = json.loads(line)
            route = router.route(question["question"])
            assert not (question["answerable"] and route.absent), question["question"]
            documents = tuple(router._documents.values())
            assert register_of(question["question"], documents) is None, question["question"]


def test_an_answer_from_one_report_cites_that_report_alone(qa: ReportQA) -> None:
    answer = qa.ask("What did inspectors say about waiting for autism assessments in Surrey?")
    assert not answer.abstained
    assert {citation.document for citation in answer.citations} == {SURREY}
    follow_up = qa.ask("and in Trafford?", [answer.question])
    assert follow_up.understood.endswith("assessments in Trafford?")
    assert {source.document for source in follow_up.sources} == {TRAFFORD}


def test_answers_on_several_stand_under_their_reports(qa: ReportQA) -> None:
    answer = qa.ask(
        "What did they say about waiting for autism assessments in Surrey and Trafford?"
    )
    headings = [part.text for part in answer.parts if part.kind == "report"]
    assert headings == [
        "Area SEND inspection of Surrey Local Area Partnership (September 2023)",
        "Area SEND inspection of Trafford Local Area Partnership (October 2023)",
    ]
    assert verify(answer, qa.library.documents) == []
    assert Answer.from_dict(answer.to_dict()) == answer
    swapped = tuple(
        replace(part, text=headings[1 - headings.index(part.text)])
        if part.kind == "report"
        else part
        for part in answer.parts
    )
    text = answer.text.replace(headings[0], "@").replace(headings[1], headings[0])
    moved = replace(answer, parts=swapped, text=text.replace("@", headings[1]))
    assert any("not its report" in fault for fault in verify(moved, qa.library.documents))


def test_judgements_of_named_organisations_are_quoted(qa: ReportQA) -> None:
    answer = qa.ask("What is Slough's overall grade?")
    assert [part.text for part in answer.parts] == [
        "Overall effectiveness Requires improvement to be good"
    ]
    answer = qa.ask("How were leaders rated in Slough and Wandsworth?")
    assert [(part.kind, part.text.split()[-1]) for part in answer.parts] == [
        ("report", "2023)"),
        ("sentence", "Inadequate"),
        ("report", "2022)"),
        ("sentence", "Good"),
    ]
    assert verify(answer, qa.library.documents) == []


def test_the_register_is_complete_and_proven(qa: ReportQA) -> None:
    answer = qa.ask("Which councils were judged inadequate for leadership?")
    assert [part.text for part in answer.parts] == [
        "1 of the 2 reports that judge this:",
        "Inspection of Slough local authority children’s services (January 2023)",
        "The impact of leaders on social work practice with children and families Inadequate",
        "3 other reports do not say this in these words.",
    ]
    assert verify(answer, qa.library.documents) == []
    answer = qa.ask("which reports are from 2023")
    assert {source.document for source in answer.sources} == {SLOUGH, SURREY, TRAFFORD}


@pytest.mark.parametrize(
    ("question", "reports"),
    [
        ("Which councils were rated good overall?", {CITY, WANDSWORTH}),
        ("How many are below good? list the reports", {SLOUGH}),
        (
            "What is the overall judgement of each report?",
            {CITY, SLOUGH, SURREY, TRAFFORD, WANDSWORTH},
        ),
        ("Which areas have inconsistent experiences and outcomes?", {SURREY, TRAFFORD}),
        ("Which councils require improvement for care leavers?", {SLOUGH}),
        ("Which reports are by the CQC?", {SURREY, TRAFFORD}),
        ("Which SEND reports are there?", {SURREY, TRAFFORD}),
        ("which of these is an area SEND report?", {SURREY, TRAFFORD}),
        ("who led the inspections?", {SLOUGH, WANDSWORTH}),
        ("When was each council inspected?", {SLOUGH, SURREY, TRAFFORD, WANDSWORTH}),
        ("what are the inspection dates of the SEND reports", {SURREY, TRAFFORD}),
    ],
)  # fmt: skip
def test_register_questions(
    documents: dict[str, Document], question: str, reports: set[str]
) -> None:
    register = register_of(question, tuple(documents.values()))
    assert register is not None
    assert {
        row.document.document_id for row in table(register, tuple(documents.values())).rows
    } == reports


@pytest.mark.parametrize(
    "question",
    [
        "Which councils use too many agency staff?",
        "What are the areas for improvement?",
        "Is it good?",
        "Which areas for improvement are about schools?",
        "list every area for improvement in the whole report",
        "Which schools are outstanding?",
        "When were care leavers visited?",
        "When did the force change its approach to stop and search?",
        "Who led the work on domestic abuse?",
        "who leads the partnership?",
        "What should leaders improve?",
    ],
)
def test_other_questions_are_searched_for(documents: dict[str, Document], question: str) -> None:
    assert register_of(question, tuple(documents.values())) is None


def test_a_year_with_one_report_is_one_line_of_the_register(qa: ReportQA) -> None:
    answer = qa.ask("which inspections took place in 2022?")
    assert [part.text for part in answer.parts] == [
        "1 report:",
        "Inspection of Wandsworth local authority children’s services (November 2022)",
        "Inspection dates: 7 to 18 November 2022",
    ]
    none = qa.ask("which reports were published in 1999?")
    assert none.text == "No report here is of this kind."


def test_many_reports_are_not_asked_as_wholes_at_once(several: Library) -> None:
    qa = ReportQA(several, replace(RagConfig(), whole_reports=4))
    answer = qa.ask("What should leaders improve?")
    assert answer.abstained
    assert answer.text == (
        "Each of the 5 reports has an answer of its own to this. "
        "Name an organisation, or choose up to 4 of the reports."
    )
    assert not qa.ask("What should leaders improve?", reports=[SLOUGH, SURREY]).abstained
    assert not qa.ask("How good is its response to domestic abuse?").abstained


def test_of_many_reports_the_one_that_answers_is_named(qa: ReportQA) -> None:
    answer = qa.ask("Does the force recognise a threat from county lines?")
    assert (answer.parts[0].kind, answer.parts[0].text) == ("report", "City of London PEEL 2017")


def test_questions_to_begin_with_are_on_all_reports_and_on_some_by_name(qa: ReportQA) -> None:
    questions = qa.examples()
    assert questions == (
        "What should City of London improve?",
        "Which reports were judged requires improvement overall?",
        "What does Surrey do well?",
        "Which was inspected last?",
        "How was Trafford judged?",
        "What is the overall judgement of each report?",
    )
    for question in questions:
        answer = qa.ask(question)
        assert answer.citations, question
        assert verify(answer, qa.library.documents) == []
    absent = qa.ask("How well are care leavers supported in Rochdale?")
    assert qa.also_ask([absent]) == questions[:3]


def test_asking_chosen_reports_alone(qa: ReportQA) -> None:
    answer = qa.ask("How are care leavers supported?", reports=[WANDSWORTH])
    assert {source.document for source in answer.sources} == {WANDSWORTH}
    with pytest.raises(QuestionError, match="there is no report 'kent'; the reports are: city-of"):
        qa.ask("How are care leavers supported?", reports=["kent"])


def test_corrections_are_kept(tmp_path: Path, encoder: Encoder) -> None:
    report = tmp_path / "slough.md"
    report.write_bytes((ROOT / "eval/sets/reports/slough-ilacs-2023.md").read_bytes())
    library = Library.create(tmp_path / "library", encoder=encoder, reports=[report])
    facts = library.correct("slough", {"organisation": "Slough Children First"})
    assert facts[0] == Fact("organisation", "Slough Children First", origin="user")
    library.correct("slough", {"published": "28 March 2023"})
    assert library.verify() == ()
    report.write_text(report.read_text() + "\n\nOne more sentence stands here.\n")
    assert library.add([report]).replaced == ("slough",)
    rebuilt = Library.rebuild(tmp_path / "library", encoder=encoder)
    for opened in (library, rebuilt, Library.open(tmp_path / "library", encoder=encoder)):
        assert opened.documents["slough"].facts[:2] == (
            Fact("organisation", "Slough Children First", origin="user"),
            Fact("published", "2023-03-28", origin="user"),
        )
    assert library.add([report]).unchanged == ("slough",)
    with pytest.raises(ReportError, match="cannot be set"):
        library.correct("slough", {"colour": "red"})
    with pytest.raises(LibraryError, match="there is no report 'kent'"):
        library.correct("kent", {"kind": "inspection"})
    assert Library.open(tmp_path / "library", encoder=encoder).verify() == ()


def test_findings_stand_in_their_reports(documents: dict[str, Document]) -> None:
    rows = {name: findings(document) for name, document in documents.items()}
    for name, found in rows.items():
        for row in found:
            assert documents[name].text[row.start : row.end] == row.quote
    assert [row.quote[:40] for row in rows[WANDSWORTH] if row.kind == "area for improvement"] == [
        "The intervention, quality, effectiveness",
        "The quality, effectiveness and timelines",
        "Tracking and monitoring of children subj",
    ]
    assert sum(row.kind == "judgement" for row in rows[SLOUGH]) == 5
    assert [row.lead_in for row in rows[CITY] if row.quote.startswith("involve its CID")] == [
        "The force should also:"
    ]


def test_tables_of_findings_run_nothing(documents: dict[str, Document]) -> None:
    row = replace(findings(documents[SLOUGH])[0], quote="=1+1", section="<script>x</script>")
    assert "'=1+1" in findings_csv([row])
    assert "<script>" not in findings_html([row])


def test_commands(several: Library) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, [*arguments, "--library", str(several.path)])
        assert result.exit_code == 0, result.output
        return result.output

    shown = run("index", "show", SLOUGH)
    assert "overall: requires improvement (Overall effectiveness)\n    “Overall effectiv" in shown
    assert len(run("findings", "--json", "--report", WANDSWORTH).splitlines()) == 7
    assert run("findings", "--csv").startswith("kind,document,report,organisation,section,page,")
    assert "- judgement: Overall effectiveness Good" in run("findings")


@pytest.mark.parametrize(
    "question",
    ["How good are the schools in Slough?", "Is Slough better than in its last inspection?"],
)
def test_a_topic_in_a_named_place_is_searched_for(router: Router, question: str) -> None:
    route = router.route(question)
    documents = [router._documents[name] for name in route.every or ()]
    assert [document.document_id for document in documents] == [SLOUGH]
    assert register_of(route.unnamed, documents, named=True) is None


def test_who_and_when_are_answered_together(qa: ReportQA) -> None:
    answer = qa.ask("When was Slough inspected and by whom?")
    assert "Inspection dates: 23 January to 3 February 2023" in answer.text
    both = qa.ask("Who led the inspection of Slough and when?").text
    assert "Amanda Maxwell" in both
    assert "23 January to 3 February 2023" in both


@pytest.mark.parametrize("question", ["When are the bins collected in Slough?", "When is it open?"])
def test_a_line_of_dates_answers_no_other_question(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question, reports=[SLOUGH])
    assert "Inspection dates" not in answer.text
    assert "Inspection dates" in qa.ask("When was the visit?", reports=[SLOUGH]).text
