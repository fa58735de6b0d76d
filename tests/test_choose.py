"""Which of a library's reports a question is for, and what is answered from facts alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.embed import Encoder
from index.library import Library
from index.parse import read_report
from index.types import Document, Fact
from rag.choose import among, wanted_of
from rag.names import Names, Organisation
from rag.pipeline import ReportQA
from rag.places import PLACES
from rag.register import register_of
from rag.reword import without_names
from rag.route import Router
from rag.table import table

REPORTS = Path(__file__).parent.parent / "eval/sets/reports"
SLOUGH, SURREY = "slough-ilacs-2023", "surrey-send-2023"
TRAFFORD, WANDSWORTH = "trafford-send-2023", "wandsworth-ilacs-2023"
OLD = "slough-ilacs-2019"


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    """The four reports, and one on Slough of an earlier year."""
    found = {path.stem: read_report(path) for path in sorted(REPORTS.glob("*.md"))}
    slough = found[SLOUGH]
    dates = {"inspected": "2019-01-14/2019-01-25", "published": "2019"}
    facts = tuple(replace(f, value=dates.get(f.field, f.value)) for f in slough.facts)
    return found | {OLD: replace(slough, document_id=OLD, facts=facts)}


@pytest.fixture(scope="module")
def router(documents: dict[str, Document]) -> Router:
    return Router(documents)


@pytest.mark.parametrize(
    ("question", "reports"),
    [
        ("How are care leavers in Slough?", (SLOUGH,)),
        ("How were care leavers in Slough in 2019?", (OLD,)),
        ("What changed in Slough between 2019 and 2023?", (SLOUGH, OLD)),
        ("What has changed in Slough since the inspection of 2019?", (SLOUGH,)),
        ("What did Slough do after it failed in 2019?", (SLOUGH,)),
        ("What did the SEND inspection of Surrey find on autism?", (SURREY,)),
        ("What do SEND inspections say of autism?", (SURREY, TRAFFORD)),
        ("Will they send reports to parents in Slough?", (SLOUGH,)),
        ("What did the 2024 report on Slough say?", (SLOUGH,)),
    ],
)
def test_kind_and_year_choose_the_report(
    router: Router, question: str, reports: tuple[str, ...]
) -> None:
    assert set(router.route(question).every or ()) == set(reports)


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("What did the SEND inspection of Slough find?", "no report of the kind “area SEND inspec"),
        ("How was Slough judged in 1999?", "There is no report of 1999 on Slough here, only: "),
    ],
)
def test_what_there_is_no_report_of_is_said(router: Router, question: str, lacking: str) -> None:
    route = router.route(question)
    assert route.groups == ()
    assert lacking in route.lacking[0]


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("what about kent?", ["Kent"]),
        ("how good is leadership in torbay?", ["Torbay"]),
        ("Does Walsall listen to children?", ["Walsall"]),
        ("and milton keynes and slough?", ["Milton Keynes"]),
        ("Is reading taught well?", []),
        ("Is reading taught well in Reading?", ["Reading"]),
        ("Do they bury bad news?", []),
        ("Is Derby Road safe?", []),
    ],
)
def test_a_place_without_a_report_is_known_in_any_case(
    router: Router, question: str, absent: list[str]
) -> None:
    assert [one.name for one in router.route(question).absent] == absent


def test_a_follow_up_may_name_a_place_without_a_report(router: Router) -> None:
    moved = router.moved("what about swindon?", "How are care leavers supported in Slough?")
    assert moved == "How are care leavers supported in swindon?"
    assert [one.name for one in router.route(moved).absent] == ["Swindon"]


def test_places_are_listed_once() -> None:
    assert len(PLACES) == len(set(PLACES))
    assert all(place == place.strip() and place for place in PLACES)


@pytest.mark.parametrize(
    ("question", "put"),
    [
        ("How is leadership in Slough?", "How is leadership?"),
        ("Has Slough taken on staff?", "Has the area taken on staff?"),
        ("Why is Slough's mood so low?", "Why is the area’s mood so low?"),
        ("Do Slough and Surrey listen?", "Do the area listen?"),
        ("who led the Slough inspection?", "who led the area inspection?"),
        ("Is Surrey County Council good at it?", "Is the area good at it?"),
    ],
)
def test_names_give_way_to_what_reports_call_the_body(
    router: Router, question: str, put: str
) -> None:
    mentions = router.names.mentions(question)
    assert without_names(question, mentions, "the area") == put


def test_an_organisation_without_facts_keeps_its_reports(documents: dict[str, Document]) -> None:
    bare = {"a": replace(documents[SLOUGH], facts=(Fact("organisation", "Slough"),))}
    organisation = Organisation("Slough", ("a",))
    assert among(organisation, wanted_of("the 2020 report on Slough"), bare).reports == ()
    assert among(organisation, wanted_of("Slough in 2020"), bare).reports == ("a",)


def names_of(question: str, documents: dict[str, Document], *, named: bool = False) -> list[str]:
    asked = register_of(question, tuple(documents.values()), named=named)
    assert asked is not None, question
    return [row.document.document_id for row in table(asked, tuple(documents.values())).rows]


def test_superlatives_are_answered_from_dates_and_grades(documents: dict[str, Document]) -> None:
    four = {name: document for name, document in documents.items() if name != OLD}
    assert names_of("Which council was inspected most recently?", four) == [TRAFFORD]
    assert names_of("Which was the first SEND inspection?", four) == [SURREY]
    assert names_of("Which council has the best rating for leadership?", four) == [WANDSWORTH]
    assert names_of("Which of  and  did worst?", four, named=True) == [SLOUGH]
    assert names_of("Which of these had its inspection first?", documents) == [OLD]
    assert register_of("What did the latest inspection say about fostering?", ()) is None


def test_the_words_of_a_judgement_alone_do_not_ask_for_it(documents: dict[str, Document]) -> None:
    slough = [documents[SLOUGH]]
    assert register_of("How many children are in care in ?", slough, named=True) is None
    assert register_of("How are children in care in  rated?", slough, named=True) is not None


def test_facts_of_a_named_organisation_are_answered_from_facts(qa: ReportQA) -> None:
    def cited(question: str) -> list[str]:
        return [citation.quote for citation in qa.ask(question).citations]

    assert cited("When was Wandsworth inspected?") == ["Inspection dates: 7 to 18 November 2022"]
    assert cited("Is there a report on Slough?")[0].startswith("Inspection of Slough")
    assert cited("how about trafford?") == cited("What was the outcome in Trafford?")
    assert len(cited("Who inspected Surrey?")) == 2
    which = qa.ask("Which of Slough and Wandsworth was judged good for leadership?")
    assert which.text.startswith("1 of the 2 reports that judge this:")
    assert {citation.document for citation in which.citations} == {WANDSWORTH}


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> ReportQA:
    path = tmp_path_factory.mktemp("choose")
    return ReportQA(Library.create(path, encoder=encoder, reports=sorted(REPORTS.glob("*.md"))))


def test_names_without_reports_have_no_organisations() -> None:
    mentions = Names((), lambda _: False).places("From Kent to York")
    assert [(one.name, one.organisations) for one in mentions] == [("Kent", ()), ("York", ())]
