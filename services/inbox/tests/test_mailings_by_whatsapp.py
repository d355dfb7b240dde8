"""Messages to many by WhatsApp: each chat's window, approved templates, and who is left out."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.channels import (
    Ability,
    ApprovedTemplate,
    AutomaticKind,
    Mailbox,
    WhatsAppQueued,
)
from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, ConsentSource
from contracts.contacts import ContactChanged, Identity, Scheme
from contracts.inbox import (
    ContactFilter,
    Draft,
    Mailing,
    MailingRecipientState,
    MailingState,
    Selection,
)
from contracts.whatsapp_gateway import FilledTemplate
from inbox.testing import NOW, connection, contact, received, zone_where_it_is
from inbox.testing.desk import Desk
from inbox.testing.team import Team

CHAT = [Ability.REACTIONS, Ability.READ_MARKS, Ability.TYPING]
LINKED = connection("+351210000000", channel=Channel.WHATSAPP, label="Operations", abilities=CHAT)
META = connection(
    "+351210000001", channel=Channel.WHATSAPP, label="Sales", default=False, answer_hours=24,
    abilities=[*CHAT, Ability.TEMPLATES],
)  # fmt: skip
OFFER = Draft(channel=Channel.WHATSAPP, text="Half the price", purpose=ConsentKind.SERVICE)
TEMPLATE = ApprovedTemplate(name="spring", language="en", parameters=["half the price"])


class Networks:
    """Stands in for the WhatsApp gateway, which knows what a template says."""

    def __init__(self) -> None:
        self.problem: str | None = None

    def fill_network_template(
        self, *, connection_id: UUID | None, template: ApprovedTemplate
    ) -> FilledTemplate:
        return FilledTemplate(text=f"Spring: {template.parameters[0]}", problem=self.problem)


@pytest.fixture(autouse=True)
def numbers(desk: Desk, team: Team) -> Networks:
    for each in (LINKED, META):
        desk.hear("learn_connection", each)
    networks = Networks()
    desk._service.whatsapp = networks
    return networks


def guest(desk: Desk, name: str, *accounts: str, **fields: Any) -> UUID:
    """Somebody on the list, with these WhatsApp accounts."""
    known = [
        Identity(id=uuid4(), scheme=Scheme.WHATSAPP, value=each, display=each) for each in accounts
    ]
    awake = zone_where_it_is(12, desk.clock())  # marketing waits for the morning
    who = contact(name, identities=known, zone=awake, **fields)
    desk.hear("learn_contact", ContactChanged(contact=who))
    desk.lists.entries.append(who)
    return who.id


def writes(desk: Desk, account: str, ago: dt.timedelta) -> None:
    message = received(
        META.connection_id, account, channel=Channel.WHATSAPP, sender=Mailbox(address=account),
        to=[Mailbox(address="351210000001")], subject="", text="Hello", html=None,
        provider_id=f"wamid.{uuid4()}", automatic=AutomaticKind.NONE,
        sent_at=dt.datetime.now(dt.UTC) - ago, received_at=dt.datetime.now(dt.UTC) - ago,
    )  # fmt: skip
    desk.hear("take_message", message)


def ready(desk: Desk, draft: Draft, **more: Any) -> Mailing:
    values: dict[str, Any] = {"label": "Spring", "per_minute": 6000, "request_id": str(uuid4())}
    everybody = Selection(contacts=ContactFilter(tag="vip"))
    made = desk.call("prepare_mailing", draft=draft, selection=everybody, **(values | more))
    desk.work()
    found: Mailing = desk.call("get_mailing", id=made.id)
    assert found.state is MailingState.READY
    return found


def send(desk: Desk, made: Mailing) -> Mailing:
    desk.call("confirm_mailing", id=made.id, version=made.version)
    desk.work()
    found: Mailing = desk.call("get_mailing", id=made.id)
    return found


def left_out(desk: Desk, made: Mailing) -> dict[str, str]:
    """Who gets nothing, and why."""
    rows = desk.call("mailing_recipients", id=made.id, limit=200).recipients
    out = MailingRecipientState.LEFT_OUT
    return {each.name: each.problems[0].reason for each in rows if each.state is out}


def reached(desk: Desk) -> list[str]:
    return sorted(each.address for each in desk.told(WhatsAppQueued))


def a_list(desk: Desk) -> None:
    """Ana wrote a while ago, Rui long ago, Zoe never; Luc has no WhatsApp, and Eva wants none."""
    blocked = Consent(
        kind=ConsentKind.MARKETING, channel=Channel.WHATSAPP, allowed=False,
        source=ConsentSource.PERSON, at=NOW,
    )  # fmt: skip
    guest(desk, "Ana", "351910000001")
    guest(desk, "Rui", "351910000002")
    guest(desk, "Zoe", "351910000003")
    guest(desk, "Luc")
    guest(desk, "Eva", "351910000005", consents=[blocked])
    writes(desk, "351910000001", dt.timedelta(hours=2))
    writes(desk, "351910000002", dt.timedelta(hours=30))


def test_by_meta_words_go_to_those_alone_who_wrote_within_a_day(desk: Desk) -> None:
    a_list(desk)
    draft = Draft(
        channel=Channel.WHATSAPP, text="Half the price", purpose=ConsentKind.MARKETING,
        connection_id=META.connection_id,
    )  # fmt: skip
    made = ready(desk, draft)
    assert (made.total, made.ready, made.left_out) == (5, 1, 4)
    out = left_out(desk, made)
    assert out.keys() == {"Rui", "Zoe", "Luc", "Eva"}
    assert "24 hours have passed" in out["Rui"]
    assert "only an approved template" in out["Zoe"]
    assert "is known of this contact" in out["Luc"]
    assert send(desk, made).state is MailingState.DONE
    assert reached(desk) == ["351910000001"]


def test_an_approved_template_reaches_those_outside_of_the_window_too(desk: Desk) -> None:
    a_list(desk)
    draft = Draft(
        channel=Channel.WHATSAPP, purpose=ConsentKind.MARKETING, approved_template=TEMPLATE,
        connection_id=META.connection_id,
    )  # fmt: skip
    made = ready(desk, draft)
    assert left_out(desk, made).keys() == {"Luc", "Eva"}
    assert "blocked marketing" in left_out(desk, made)["Eva"]
    rows = desk.call("mailing_recipients", id=made.id, limit=200).recipients
    assert {each.preview for each in rows if not each.problems} == {"Spring: half the price"}
    assert (send(desk, made).state, made.ready) == (MailingState.DONE, 3)
    assert reached(desk) == ["351910000001", "351910000002", "351910000003"]
    assert all(each.template == TEMPLATE for each in desk.told(WhatsAppQueued))
    assert {each.connection_id for each in desk.told(WhatsAppQueued)} == {META.connection_id}


def test_a_template_that_cannot_be_sent_reaches_nobody_and_says_why(
    desk: Desk, numbers: Networks
) -> None:
    a_list(desk)
    numbers.problem = "it is paused"
    draft = Draft(
        channel=Channel.WHATSAPP, purpose=ConsentKind.SERVICE, approved_template=TEMPLATE,
        connection_id=META.connection_id,
    )  # fmt: skip
    made = ready(desk, draft)
    assert made.ready == 0
    assert "it is paused" in left_out(desk, made)["Zoe"]


def test_a_window_that_closes_before_the_turn_comes_leaves_one_out(desk: Desk) -> None:
    guest(desk, "Ana", "351910000001")
    guest(desk, "Rui", "351910000002")
    writes(desk, "351910000001", dt.timedelta(hours=1))
    writes(desk, "351910000002", dt.timedelta(hours=23))
    draft = Draft(
        channel=Channel.WHATSAPP, text="Half the price", purpose=ConsentKind.SERVICE,
        connection_id=META.connection_id,
    )  # fmt: skip
    made = ready(desk, draft)
    assert made.ready == 2
    desk.passed += dt.timedelta(hours=2)  # until somebody confirms it
    done = send(desk, made)
    assert (done.state, done.sent, done.left_out) == (MailingState.DONE, 1, 1)
    assert "24 hours have passed" in left_out(desk, made)["Rui"]
    assert reached(desk) == ["351910000001"]


def test_by_a_linked_number_all_get_it_and_each_account_once(desk: Desk) -> None:
    a_list(desk)
    guest(desk, "Ana again", "351910000001", "98765432101234@lid")
    made = ready(desk, OFFER)
    out = left_out(desk, made)
    assert out.keys() == {"Luc", "Ana again"}
    assert "before in the list" in out["Ana again"]
    send(desk, made)
    assert reached(desk) == [f"35191000000{number}" for number in (1, 2, 3, 5)]
    assert {each.connection_id for each in desk.told(WhatsAppQueued)} == {LINKED.connection_id}


def test_what_a_linked_number_cannot_send_is_said_for_each(desk: Desk) -> None:
    guest(desk, "Ana", "351910000001")
    made = ready(desk, Draft(channel=Channel.WHATSAPP, approved_template=TEMPLATE))
    assert "cannot send templates" in left_out(desk, made)["Ana"]
