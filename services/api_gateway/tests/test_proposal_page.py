"""The page of a proposal, and of a trip in its guest's language."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from api_gateway.testing import OURS, Services, Visitor
from api_gateway.wording import _TABLE, LANGUAGES, language_of, phrases
from contracts.accounts import Organisation
from contracts.common import Money
from contracts.itineraries import (
    ChangeKind,
    LineChange,
    ProposalChanges,
    ProposalContent,
    ProposalLine,
    PublicProposal,
    ServiceKind,
    Standing,
)
from contracts.samples import sample
from fairlead.errors import Conflict, Forbidden, NotFound

TOKEN = "pr_" + "x" * 43
PATH = f"/p/{TOKEN}"
HOSTILE = "<script>alert(1)</script>\"'{{ 7*7 }}"


def line(number: int = 1, **changes: Any) -> ProposalLine:
    values: dict[str, Any] = {
        "service_id": UUID(int=number),
        "kind": ServiceKind.TOUR,
        "name": "Alfama walk",
        "date": dt.date(2026, 5, 12),
        "zone": "Europe/Lisbon",
        "time": dt.time(9, 30),
        "starts_at": dt.datetime(2026, 5, 12, 8, 30, tzinfo=dt.UTC),
        "duration": 90,
        "pax": 4,
        "place": "Museum",
        "text": "On foot",
        "price": Money(amount=12_050, currency="EUR"),
    }
    return ProposalLine(**(values | changes))


def proposal(*lines: ProposalLine, **changes: Any) -> PublicProposal:
    content = ProposalContent(
        title="Lisbon",
        start=dt.date(2026, 5, 12),
        end=dt.date(2026, 5, 19),
        introduction="Dear Rui",
        terms="A deposit confirms.",
        language=changes.pop("language", "en"),
        lines=list(lines),
        total=Money(amount=482_000, currency="EUR"),
    )
    values: dict[str, Any] = {
        "organisation_id": OURS,
        "reference": "TRP-2026-0012",
        "standing": Standing.OPEN,
        "number": 2,
        "content": content,
        "changes": None,
        "expires_at": dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        "answered_at": None,
        "answered_by": "",
        "form": "the-form",
    }
    return PublicProposal(**(values | changes))


class Page(HTMLParser):
    """A page as a browser reads it."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(response.get_data(as_text=True))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def fields(self) -> dict[str | None, str | None]:
        return {a.get("name"): a.get("value") for t, a in self.elements if t == "input"}


@pytest.fixture(autouse=True)
def organisation(services: Services) -> None:
    services.answers["accounts.get_organisation"] = lambda: sample(Organisation)


def show(visitor: Visitor, services: Services, page: PublicProposal, **options: Any) -> Page:
    services.answers["itineraries.public_proposal"] = lambda token: page
    response = visitor.ask("GET", PATH, **options)
    assert response.status_code == 200
    return Page(response)


def test_a_proposal_is_shown_with_its_prices(anybody: Visitor, services: Services) -> None:
    page = show(anybody, services, proposal(line()))
    for shown in (
        "Lisbon", "TRP-2026-0012", "12–19 May 2026", "Tuesday, 12 May 2026", "09:30", "11:00",
        "Alfama walk", "On foot", "€120.50", "€4,820.00", "A deposit confirms.",
        "Western European Summer Time, UTC+1", "Valid until Wednesday, 1 April 2026",
    ):  # fmt: skip
        assert shown in page.text, shown
    assert "Europe/Lisbon" not in page.text
    assert page.fields() == {"number": "2", "form": "the-form", "name": None}
    assert [a.get("value") for t, a in page.elements if t == "button"] == ["accept", "decline"]
    [form] = [a for t, a in page.elements if t == "form"]
    assert form["action"] == PATH
    assert not {"script", "link", "iframe"} & {t for t, _ in page.elements}


def test_what_changed_is_said_field_by_field(anybody: Visitor, services: Services) -> None:
    later = line(date=dt.date(2026, 5, 13), time=dt.time(10), pax=5)
    changes = ProposalChanges(
        since=1,
        fields=["total", "terms"],
        lines=[
            LineChange(
                kind=ChangeKind.CHANGED, before=line(), after=later, fields=["date", "pax", "price"]
            ),
            LineChange(kind=ChangeKind.ADDED, before=None, after=line(2, name="Boat"), fields=[]),
            LineChange(kind=ChangeKind.REMOVED, before=line(3, name="Fado"), after=None, fields=[]),
        ],
        total_before=Money(amount=400_000, currency="EUR"),
        total_after=Money(amount=482_000, currency="EUR"),
    )
    page = show(anybody, services, proposal(later, changes=changes))
    for shown in ("What has changed", "€4,000.00", "Wednesday, 13 May 2026", "Boat", "Fado"):
        assert shown in page.text, shown
    assert "What has changed" not in show(anybody, services, proposal(line())).text


@pytest.mark.parametrize(
    ("language", "header", "words"),
    [
        ("de", "en", ("Dienstag, 12. Mai 2026", "Gesamtpreis", "4.820,00\xa0€", "Annehmen")),
        ("pt-PT", "", ("terça-feira, 12 de maio de 2026", "Preço total", "Aceitar")),
        (None, "fi, fr;q=0.8", ("mardi 12 mai 2026", "Prix total", "Accepter")),
        (None, "fi", ("Tuesday, 12 May 2026", "Total price", "Accept")),
        ("es", "", ("martes, 12 de mayo de 2026", "Precio total", "Aceptar")),
        ("it", "", ("martedì 12 maggio 2026", "Prezzo totale", "Accettare")),
        ("ja", "", ("Total price",)),
    ],
)
def test_a_page_speaks_its_readers_language(
    anybody: Visitor, services: Services, language: str | None, header: str, words: tuple[str, ...]
) -> None:
    headers = {"Accept-Language": header}
    page = show(anybody, services, proposal(line(), language=language), headers=headers)
    for shown in words:
        assert shown in page.text, shown


def test_every_phrase_is_there_in_every_language() -> None:
    assert {len(texts) for texts in _TABLE.values()} == {len(LANGUAGES)}
    for language in LANGUAGES:
        assert all(text.strip() for text in phrases(language).values())
    assert phrases("pt-BR") == phrases("pt")
    assert language_of("english", []) == "en"


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.OPEN])
def test_what_cannot_be_answered_has_no_form(
    anybody: Visitor, services: Services, standing: Standing
) -> None:
    page = show(anybody, services, proposal(line(), standing=standing, form=""))
    assert not [tag for tag, _ in page.elements if tag in ("form", "button")]
    assert phrases("en")[standing.value] in page.text


def test_hostile_words_are_only_text(anybody: Visitor, services: Services) -> None:
    plain = show(anybody, services, proposal(line()))
    wild = line(name=HOSTILE, text=HOSTILE, place=HOSTILE, zone=HOSTILE[:60])
    hostile = show(anybody, services, proposal(wild, reference=HOSTILE, form=HOSTILE))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in plain.elements]
    assert hostile.text.count(HOSTILE) >= 3


FORM = {"number": "2", "form": "the-form", "answer": "accept", "name": "Rui", "comment": "a\r\nb"}


def test_an_answer_is_handed_on_and_read_again(anybody: Visitor, services: Services) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mail/1.0"}
    response = anybody.ask("POST", PATH, data=FORM, headers=headers)
    assert (response.status_code, response.headers["Location"]) == (303, PATH)
    [asked] = services.calls_to("itineraries.answer_proposal")
    assert asked.arguments == {
        "token": TOKEN, "number": 2, "form": "the-form", "accepted": True, "name": "Rui",
        "comment": "a\nb", "user_agent": "Mail/1.0",
    }  # fmt: skip
    assert asked.context.remote == "127.0.0.1"
    anybody.ask("POST", PATH, data=FORM | {"answer": "decline"})
    assert services.calls_to("itineraries.answer_proposal")[-1].arguments["accepted"] is False


def test_reading_a_link_answers_nothing(anybody: Visitor, services: Services) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        anybody.ask(method, PATH)
    assert services.calls_to("itineraries.answer_proposal") == []


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        (FORM, {"Sec-Fetch-Site": "cross-site"}),
        (FORM, {"Sec-Fetch-Site": "same-site"}),
        (FORM | {"answer": "maybe"}, {}),
        (FORM | {"number": "x"}, {}),
        (FORM | {"number": "9" * 40}, {}),
        ({}, {}),
    ],
)
def test_a_form_of_another_site_or_kind_answers_nothing(
    anybody: Visitor, services: Services, form: dict[str, str], headers: dict[str, str]
) -> None:
    services.answers["itineraries.public_proposal"] = lambda token: proposal(line())
    response = anybody.ask("POST", PATH, data=form, headers=headers)
    assert response.status_code == 422
    assert phrases("en")["try_again"] in Page(response).text
    assert services.calls_to("itineraries.answer_proposal") == []


@pytest.mark.parametrize(
    ("error", "status", "phrase"),
    [
        (Conflict("itineraries.proposal_changed", "Changed"), 409, "changed_meanwhile"),
        (Forbidden("itineraries.form", "Form"), 422, "try_again"),
    ],
)
def test_a_reader_is_told_why_an_answer_did_not_count(
    anybody: Visitor, services: Services, error: Exception, status: int, phrase: str
) -> None:
    services.answers["itineraries.public_proposal"] = lambda token: proposal(line(), number=3)
    services.answers["itineraries.answer_proposal"] = error
    response = anybody.ask("POST", PATH, data=FORM)
    assert response.status_code == status
    page = Page(response)
    assert phrases("en")[phrase] in page.text
    assert page.fields()["number"] == "3"


def test_a_link_that_is_gone_says_so(anybody: Visitor, services: Services) -> None:
    gone = NotFound("itineraries.link_unknown", "Gone")
    services.answers["itineraries.public_proposal"] = gone
    services.answers["itineraries.answer_proposal"] = gone
    for response in (anybody.ask("GET", PATH), anybody.ask("POST", PATH, data=FORM)):
        assert response.status_code == 404
        assert "not valid any more" in Page(response).text


def test_a_large_form_is_refused(anybody: Visitor, services: Services) -> None:
    response = anybody.ask("POST", PATH, data=FORM | {"comment": "x" * 100_000})
    assert response.status_code == 413
    assert services.calls_to("itineraries.answer_proposal") == []
