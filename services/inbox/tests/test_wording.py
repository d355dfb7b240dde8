"""Which template a message is made with: by kind, channel and language, with fallback (A4, A8)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from contracts.common import Channel, Money
from contracts.contacts import Contact, Identity, Scheme
from contracts.inbox import Draft, MessageKind, Recipient, Template
from contracts.itineraries import Balance
from inbox.domain.composing import Composed, compose
from inbox.domain.knowledge import Knowledge
from inbox.domain.offers import Offer
from inbox.domain.sources import uses
from inbox.domain.templates import built_in, built_in_for, variables_used, variants
from inbox.testing import NOW, connection, contact, knowledge, organisation, service, trip

ANA = contact("Ana", "ana@mail.test", language="es-MX")
BEA = contact("Bea", "bea@mail.test")
PHONE = Identity(id=uuid4(), scheme=Scheme.PHONE, value="+420777123456", display="")
DRIVER = contact("Driver", identities=[PHONE, replace(PHONE, scheme=Scheme.WHATSAPP)])
PLANNED = service(DRIVER)
EUROS = {"currency": "EUR"}
TRIP = replace(
    trip(
        PLANNED,
        public_url="https://hub.test/p/x",
        price=Money(amount=240_000, **EUROS),
        commission=Money(amount=24_000, **EUROS),
    ),
    balances=[
        Balance(
            **EUROS, asked=240_000, planned=0, received=100_000, refunded=0, outstanding=140_000,
            credit=0, due=0, overdue=0, next_due=dt.date(2026, 11, 23),
        )
    ],
)  # fmt: skip
OFFER = Offer(
    reference=TRIP.reference,
    number=3,
    title="Lisbon for four",
    start=TRIP.details.start,
    end=TRIP.details.end,
    total=Money(amount=250_000, **EUROS),
    expires_at=NOW,
)


def template(language: str = "en", body: str = "Words {{ message }}", **fields: Any) -> Template:
    values: dict[str, Any] = {
        "id": uuid4(),
        "name": "Ours",
        "kind": MessageKind.MESSAGE,
        "channel": Channel.EMAIL,
        "language": language,
        "subject": f"In {language}",
        "body": body,
        "variables": variables_used("", body),
        "built_in": False,
        "version": 1,
        "uses": uses(variables_used("", body)),
    }
    return Template(**(values | fields))


def known(**fields: Any) -> Knowledge:
    channels = [connection(channel=each, address=f"{each.value}@us.test") for each in Channel]
    values: dict[str, Any] = {"connections": channels, "offers": {TRIP.id: OFFER}}
    return knowledge(ANA, BEA, DRIVER, trips=(TRIP,), **(values | fields))


def made(to: Contact | None, what: Knowledge | None = None, **draft: Any) -> Composed:
    people = [Recipient(contact_id=to.id)] if to else []
    [message] = compose(Draft(to=people, **draft), what or known())
    return message


def by_hand(**values: str) -> dict[str, str]:
    return {"proposal.url": "https://hub.test/p/pr_secret", **values}


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS, Channel.WHATSAPP])
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (MessageKind.ITINERARY_LINK, ["https://hub.test/p/x"]),
        (MessageKind.PROPOSAL, ["Lisbon for four", "€2,500.00", "https://hub.test/p/pr_secret"]),
        (MessageKind.PROPOSAL_UPDATE, ["version 3", "€2,500.00", "https://hub.test/p/pr_secret"]),
        (MessageKind.BOOKING_CONFIRMATION, ["confirm", "€2,400.00", "€1,400.00", "23 November"]),
        (MessageKind.COMMISSION, ["commission", "€240.00"]),
    ],
)
def test_each_kind_says_what_it_is_for(
    kind: MessageKind, says: list[str], channel: Channel
) -> None:
    to = BEA if channel is Channel.EMAIL else DRIVER
    message = made(to, channel=channel, kind=kind, itinerary_id=TRIP.id, variables=by_hand())
    assert message.problems == []
    assert [words for words in says if words not in message.text] == []
    assert "None" not in message.text


def test_a_proposal_needs_its_link_and_a_proposal() -> None:
    draft: dict[str, Any] = {"kind": MessageKind.PROPOSAL, "itinerary_id": TRIP.id}
    assert [each.field for each in made(BEA, **draft).problems] == ["variables.proposal.url"]
    without = made(BEA, known(offers={}), **draft, variables=by_hand())
    assert "itinerary_id" in [each.field for each in without.problems]


@pytest.mark.parametrize("kind", [MessageKind.ITINERARY_LINK, MessageKind.COMMISSION])
def test_what_is_of_one_itinerary_names_it(kind: MessageKind) -> None:
    assert "itinerary_id" in [each.field for each in made(BEA, kind=kind).problems]


def test_texts_have_no_subject_html_or_signature() -> None:
    for channel in (Channel.SMS, Channel.WHATSAPP):
        drafts: list[dict[str, Any]] = [{"text": "Hi"}, {"html": "<p>Hi</p>"}]
        for draft in drafts:
            message = made(DRIVER, channel=channel, subject="Hello", **draft)
            shown = message.preview()
            assert (shown.subject, shown.html, shown.text, shown.signature) == ("", "", "Hi", "")
        order = made(None, channel=channel, kind=MessageKind.DUTY_MESSAGE, service_ids=[PLANNED.id])
        assert order.problems == []
        assert order.text.startswith("Hello Driver, this is your duty for Meridian Travel")
        assert "Airport transfer" in order.text
        assert "<" not in order.text
    assert made(BEA, subject="S", text="Hi").signature == "Meridian Travel, Prague"


def test_the_organisations_standard_stands_where_no_service_is_meant() -> None:
    what = known(standards={"en": template("en"), "es": template("es")})
    assert made(BEA, what, text="Hello").text == "Words Hello"
    assert made(ANA, what, text="Hello").subject == "In es"
    only = known(standards={"en": template("en")})
    assert made(ANA, only, text="Hello").subject == "In en"  # nothing that ships is for this
    assert made(BEA, what, html="<p>Own</p>", subject="S").text == "Own"
    fixed = known(standards={"en": template(body="Nothing but this")})
    assert made(BEA, fixed, text="Hello", subject="S").text == "Hello"
    assert made(BEA, fixed).text == "Nothing but this"
    of_services = known(standards={"en": template(body="{{ services_table }} {{ message }}")})
    assert made(BEA, of_services, text="Hello", subject="S").text == "Hello"


def chosen(*languages: str, named: str, ours: str = "en") -> dict[str, Any]:
    every = {each: template(each, body="B") for each in languages}
    mine = every.pop(named)
    what = known(
        templates={mine.id: mine},
        variants=list(every.values()),
        organisation=organisation(language=ours),
    )
    return {"what": what, "template_id": mine.id}


@pytest.mark.parametrize(
    ("to", "languages", "named", "taken"),
    [
        (ANA, ["en", "es", "es-MX"], "en", "es-MX"),
        (ANA, ["en", "es", "de"], "de", "es"),
        (ANA, ["en", "de"], "de", "en"),  # the organisation's
        (ANA, ["de", "fr"], "fr", "fr"),  # any: the one that was named
        (BEA, ["en", "es"], "es", "es"),  # nobody knows her language
    ],
)
def test_a_template_is_taken_in_the_recipients_language(
    to: Contact, languages: list[str], named: str, taken: str
) -> None:
    assert made(to, **chosen(*languages, named=named)).subject == f"In {taken}"


def test_a_language_that_is_asked_for_goes_first() -> None:
    assert made(ANA, **chosen("en", "es", "de", named="en"), language="de").subject == "In de"


def test_a_shipped_one_is_written_in_every_language() -> None:
    english = built_in_for(MessageKind.ITINERARY_LINK, "en")
    what = known(templates={english.id: english}, variants=variants(english))
    message = made(ANA, what, template_id=english.id, kind=english.kind, itinerary_id=TRIP.id)
    assert message.subject.startswith("Su itinerario")
    assert {each.channel for each in variants(built_in_for(english.kind, "en", Channel.SMS))} == {
        Channel.SMS
    }
    assert len(built_in()) == len(MessageKind) * 6
