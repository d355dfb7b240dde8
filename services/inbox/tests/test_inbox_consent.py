"""Who blocked a kind of communication gets none of it, whoever sends (mission H4)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from contracts.channels import RecipientRole
from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, ConsentSource
from contracts.contacts import Contact
from contracts.inbox import Direction, Draft, MessageKind, Recipient, Template
from inbox.domain.composing import Composed, compose
from inbox.domain.conversations import Earlier
from inbox.domain.knowledge import Knowledge
from inbox.testing import NOW, contact, knowledge, service, trip

HOUR = dt.timedelta(hours=1)


def block(kind: ConsentKind | None = ConsentKind.MARKETING, **fields: Any) -> Consent:
    values: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "allowed": False,
        "source": ConsentSource.UNSUBSCRIBE_LINK,
        "at": NOW - 24 * HOUR,
    }
    return Consent(kind=kind, **(values | fields))


ALL = block(None, channel=None)


def blocking(name: str, *consents: Consent) -> Contact:
    made = contact(name, f"{name.lower()}@mail.test")
    return msgspec.structs.replace(made, consents=list(consents))


def wrote(person: Contact, **fields: Any) -> Earlier:
    address = person.identities[0].value
    values: dict[str, Any] = {
        "id": uuid4(),
        "conversation_id": uuid4(),
        "channel": Channel.EMAIL,
        "connection_id": None,
        "direction": Direction.IN,
        "contact_id": person.id,
        "subject": "When?",
        "at": NOW,
        "reply_to": [],
        "addresses": frozenset({address}),
        "contact_ids": frozenset({person.id}),
    }
    return Earlier(**(values | fields))


def template(purpose: ConsentKind, **fields: Any) -> Template:
    values: dict[str, Any] = {
        "id": uuid4(),
        "name": "News",
        "kind": MessageKind.MESSAGE,
        "channel": Channel.EMAIL,
        "language": "en",
        "subject": "News",
        "body": "News",
        "variables": [],
        "built_in": False,
        "version": 1,
        "purpose": purpose,
    }
    return Template(**(values | fields))


def composed(people: list[Contact], *, known: dict[str, Any] | None = None, **draft: Any) -> Any:
    wanted = [Recipient(contact_id=each.id) for each in people]
    values: dict[str, Any] = {"to": wanted, "subject": "Hi", "text": "Hi"}
    [message] = compose(Draft(**(values | draft)), knowledge(*people, **(known or {})))
    return message


def blocks(message: Composed) -> list[tuple[str, str]]:
    return [(p.field, p.reason) for p in message.problems if "blocked" in p.reason]


def problems(people: list[Contact], **fields: Any) -> list[tuple[str, str]]:
    return blocks(composed(people, **fields))


def test_a_blocked_kind_is_a_problem_that_names_the_field() -> None:
    ana, bea = blocking("Ana", block()), blocking("Bea")
    assert problems([ana, bea], purpose=ConsentKind.MARKETING) == [
        ("to", "Ana blocked marketing messages by email")
    ]


@pytest.mark.parametrize("kind", [None, ConsentKind.SERVICE, ConsentKind.REVIEW])
def test_other_kinds_may_be_sent(kind: ConsentKind | None) -> None:
    assert problems([blocking("Ana", block())], purpose=kind) == []


@pytest.mark.parametrize("consent", [ALL, block(ConsentKind.SERVICE)])
def test_what_a_person_writes_of_himself_is_what_the_trip_needs(consent: Consent) -> None:
    assert problems([blocking("Ana", consent)]) == [("to", "Ana blocked service messages by email")]


def test_a_rule_says_what_it_sends() -> None:
    ana = blocking("Ana")
    said = [(p.field, p.reason) for p in composed([ana], known={"by_rule": True}).problems]
    assert said == [
        ("purpose", "a rule says what kind of communication it sends, itself or by a template")
    ]
    for kind in ConsentKind:
        assert composed([ana], known={"by_rule": True}, purpose=kind).problems == []


def test_a_rule_gets_past_no_block_without_a_purpose() -> None:
    ana = blocking("Ana", ALL)
    assert problems([ana], known={"by_rule": True}) == [
        ("to", "Ana blocked service messages by email")
    ]


def test_who_wrote_gets_an_answer_whatever_he_blocked_before() -> None:
    ana = blocking("Ana", ALL)
    answering = {"in_reply_to": uuid4()}
    for by_rule in (False, True):  # the assistant's answer is no other than a person's
        known = {"answered": wrote(ana), "by_rule": by_rule}
        assert composed([ana], known=known, **answering).problems == []


def test_a_block_of_everything_after_he_wrote_holds_for_the_answer_too() -> None:
    ana = blocking("Ana", block(None, channel=None, at=NOW + HOUR))
    known = {"answered": wrote(ana)}
    assert problems([ana], known=known, in_reply_to=uuid4()) == [
        ("to", "Ana blocked all messages, after he wrote, by email")
    ]
    bea = blocking("Bea", block(ConsentKind.SERVICE, at=NOW + HOUR))
    assert problems([bea], known={"answered": wrote(bea)}, in_reply_to=uuid4()) == []


def test_an_answer_is_none_to_others_or_to_our_own_message() -> None:
    ana, bea = blocking("Ana", ALL), blocking("Bea")
    mine = {"answered": wrote(bea)}
    assert [field for field, _ in problems([ana, bea], known=mine, in_reply_to=uuid4())] == ["to"]
    ours = {"answered": wrote(ana, direction=Direction.OUT)}
    assert [field for field, _ in problems([ana], known=ours, in_reply_to=uuid4())] == ["to"]


@pytest.mark.parametrize("by_rule", [False, True])
def test_an_answer_with_a_purpose_is_of_that_kind(by_rule: bool) -> None:
    ana = blocking("Ana", ALL)
    known = {"answered": wrote(ana), "by_rule": by_rule}
    assert problems([ana], known=known, in_reply_to=uuid4(), purpose=ConsentKind.REMINDER) == [
        ("to", "Ana blocked reminder messages by email")
    ]


@pytest.mark.parametrize("said", [None, ConsentKind.SERVICE, ConsentKind.REMINDER])
def test_a_template_says_what_it_is_and_no_draft_takes_it_away(said: ConsentKind | None) -> None:
    ana, news = blocking("Ana", block()), template(ConsentKind.MARKETING)
    known = {"templates": {news.id: news}}
    wanted = {"template_id": news.id, "text": None, "purpose": said}
    assert problems([ana], known=known, **wanted) == [
        ("to", "Ana blocked marketing messages by email")
    ]
    answered = known | {"answered": wrote(ana)}
    assert problems([ana], known=answered, in_reply_to=uuid4(), **wanted) != []


def test_a_rule_needs_no_purpose_where_its_template_has_one() -> None:
    ana, details = blocking("Ana"), template(ConsentKind.SERVICE)
    known = {"templates": {details.id: details}, "by_rule": True}
    assert composed([ana], known=known, template_id=details.id, text=None).problems == []
    answered = known | {"answered": wrote(blocking("Ana", ALL))}
    blocked = blocking("Ana", ALL)
    assert problems([blocked], known=answered, template_id=details.id, in_reply_to=uuid4()) != []


def test_a_standard_template_says_it_too() -> None:
    planned = service(ana := blocking("Ana", block()))
    journey = trip(planned)
    news = template(ConsentKind.MARKETING, standard=True, body="{{ services_table }}")
    known = knowledge(ana, trips=(journey,), standards={"en": news})
    [message] = compose(Draft(service_ids=[planned.id]), known)
    assert blocks(message) == [("service_ids", "Ana blocked marketing messages by email")]


def test_orders_are_what_the_trip_needs() -> None:
    planned = service(ana := blocking("Ana", block(ConsentKind.SERVICE)))
    known = knowledge(ana, trips=(trip(planned),))
    draft = Draft(kind=MessageKind.PURCHASE_ORDER, service_ids=[planned.id])
    [message] = compose(draft, known)
    assert blocks(message) == [("service_ids", "Ana blocked service messages by email")]


@pytest.mark.parametrize("role", [RecipientRole.CC, RecipientRole.BCC])
def test_copies_count_too_at_their_own_field(role: RecipientRole) -> None:
    ana, bea = blocking("Ana", block()), blocking("Bea")
    planned = service(bea)
    known = knowledge(ana, bea, trips=(trip(planned),))
    copies: dict[str, Any] = {role.value: [Recipient(contact_id=ana.id)]}
    for to in ({"to": [Recipient(contact_id=bea.id)]}, {"service_ids": [planned.id]}):
        values = copies | to | {"purpose": ConsentKind.MARKETING, "subject": "Hi", "text": "Hi"}
        [message] = compose(Draft(**values), known)
        assert [field for field, _ in blocks(message)] == [role.value]


def test_an_address_counts_as_its_contact_whoever_is_named_with_it() -> None:
    ana, bea = blocking("Ana", block()), blocking("Bea")
    for named in (None, bea.id):
        to = [Recipient(address="ANA@mail.test", contact_id=named)]
        found = problems([bea, ana], to=to, purpose=ConsentKind.MARKETING)
        assert found == [("to", "Ana blocked marketing messages by email")]


def test_a_number_that_is_none_is_refused() -> None:
    for address, reason in {
        "777123456": "needs its country code, as +34 600 000 000",
        "ana@mail.test": "is no phone number",
        "+12": "is no phone number",
    }.items():
        draft = Draft(channel=Channel.SMS, to=[Recipient(address=address)], text="Hi")
        [message] = compose(draft, Knowledge())
        assert ("to[0].address", reason) in [(p.field, p.reason) for p in message.problems]
