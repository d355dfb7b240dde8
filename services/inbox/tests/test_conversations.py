"""What an inbound message answers, with the guards of each step, and what it brings back."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.channels import AutomaticKind, Mailbox
from contracts.common import Channel
from contracts.inbox import Direction, Draft, LinkOrigin
from inbox.domain import linking
from inbox.domain.conversations import (
    Candidates,
    Earlier,
    Match,
    answer_subject,
    chain,
    counts,
    is_system_sender,
    match,
    normalised_subject,
    tags,
)
from inbox.testing import NOW, received

OURS, GUEST, STRANGER, TRIP = (UUID(int=n) for n in range(1, 5))


def earlier(**fields: Any) -> Earlier:
    values: dict[str, Any] = {
        "id": uuid4(),
        "conversation_id": uuid4(),
        "channel": Channel.EMAIL,
        "connection_id": OURS,
        "direction": Direction.OUT,
        "contact_id": GUEST,
        "subject": "Airport transfer",
        "at": NOW - dt.timedelta(days=2),
        "reply_to": [Mailbox(address="guest@x.test")],
        "addresses": frozenset({"guest@x.test"}),
        "contact_ids": frozenset({GUEST}),
        "itinerary_ids": (TRIP,),
    }
    return Earlier(**(values | fields))


def matched(candidates: Candidates, sender: str = "guest@x.test", **fields: Any) -> Match | None:
    contact = fields.pop("contact", GUEST)
    return match(received(OURS, sender, **fields), contact, candidates)


def test_what_is_proven_needs_no_subject() -> None:
    proven = earlier()
    for how in ("envelope", "bounce", "message_id", "provider_id"):
        found = matched(Candidates(proven=proven), subject="Something new", answers_by=how)
        assert found == Match(proven, same_conversation=True)


@pytest.mark.parametrize("how", ["envelope", "bounce"])
def test_who_else_was_given_the_token_is_on_the_trip_but_not_in_the_conversation(how: str) -> None:
    proven = earlier()
    colleague = {"contact": STRANGER, "answers_by": how}
    found = matched(Candidates(proven=proven), "colleague@y.test", **colleague)
    assert found == Match(proven, same_conversation=False)


@pytest.mark.parametrize("how", ["message_id", "provider_id", "quote", None])
def test_whom_a_mail_was_passed_on_to_answers_nothing_of_ours(how: str | None) -> None:
    thread = earlier()
    everything = Candidates(thread, [thread], [thread], [thread])
    for contact in (STRANGER, None):
        assert matched(everything, "spy@y.test", contact=contact, answers_by=how) is None
    nobody = earlier(contact_ids=frozenset(), addresses=frozenset())
    assert matched(Candidates(proven=nobody), "", contact=None, answers_by=how) is None


def test_a_proven_answer_to_another_of_our_addresses_is_another_conversation() -> None:
    found = matched(Candidates(proven=earlier(connection_id=STRANGER)))
    assert found is not None
    assert not found.same_conversation
    unknown = matched(Candidates(proven=earlier(connection_id=None)))
    assert unknown is not None
    assert unknown.same_conversation


def test_references_count_for_those_who_took_part_under_the_same_subject() -> None:
    thread = earlier()
    known = Candidates(referenced=[thread])
    assert matched(known, subject="AW: Re: airport  TRANSFER") == Match(thread, True)
    assert matched(known, "Guest@X.test", contact=STRANGER) is not None  # by his address
    assert matched(known, "guest@other.test") is not None  # by who he is
    assert matched(known, subject="Another matter") is None
    assert matched(known, "stranger@y.test", contact=STRANGER) is None


def test_a_tag_counts_for_those_who_took_part() -> None:
    known = Candidates(tagged=[earlier()])
    assert matched(known, subject="My wish [TRP-2026-0012]") is not None
    assert matched(known, "spy@y.test", contact=STRANGER, subject="[TRP-2026-0012]") is None


def test_the_same_subject_counts_for_some_days() -> None:
    assert matched(Candidates(same_subject=[earlier()])) is not None
    assert matched(Candidates(same_subject=[earlier(at=NOW - dt.timedelta(days=31))])) is None
    assert matched(Candidates(same_subject=[earlier(subject="")]), subject="Re: ") is None
    assert (
        matched(Candidates(same_subject=[earlier()]), contact=STRANGER, sender="s@y.test") is None
    )


def test_the_surer_step_comes_first() -> None:
    proven, referenced, tagged, same = (earlier() for _ in range(4))
    everything = Candidates(proven, [referenced], [tagged], [same])
    found = [
        matched(everything),
        matched(Candidates(None, [referenced], [tagged], [same])),
        matched(Candidates(None, [], [tagged], [same])),
        matched(Candidates(None, [], [], [same])),
    ]
    assert [f and f.earlier for f in found] == [proven, referenced, tagged, same]


@pytest.mark.parametrize("address", ["mailer-daemon@x.test", "No-Reply@x.test", "bounces+7@x.test"])
def test_a_system_never_matches_by_tag_or_subject(address: str) -> None:
    assert is_system_sender(address)
    known = earlier(addresses=frozenset({address.casefold()}))
    assert matched(Candidates(tagged=[known], same_subject=[known]), address) is None
    assert matched(Candidates(referenced=[known]), address) is not None


@pytest.mark.parametrize("address", ["reply.to@x.test", "rooted@x.test", "ana@noreply.test"])
def test_people_are_no_systems(address: str) -> None:
    assert not is_system_sender(address)


def test_bulk_mail_stays_out_of_conversations() -> None:
    thread = earlier()
    assert matched(Candidates(same_subject=[thread]), automatic=AutomaticKind.BULK) is None
    found = matched(Candidates(proven=thread), automatic=AutomaticKind.BULK)
    assert found == Match(thread, same_conversation=False)


def test_what_is_news() -> None:
    assert counts(AutomaticKind.NONE, imported=False)
    assert counts(AutomaticKind.BULK, imported=False)
    assert not counts(AutomaticKind.AUTO_REPLY, imported=False)
    assert not counts(AutomaticKind.NONE, imported=True)


@pytest.mark.parametrize(
    "subject",
    [
        "The van", "Re: The van", "RE[2]: the  van", "Aw: WG: The Van", "Odp.: The van",
        "ODPOVĚĎ: The van", "Fwd: Re: Fw: The van ", "Re：The van", "Předmět: Re: The van",
    ],
)  # fmt: skip
def test_subjects_are_the_same_without_their_prefixes(subject: str) -> None:
    assert normalised_subject(subject) == "the van"


def test_an_answers_subject_has_one_prefix() -> None:
    assert answer_subject("Fwd: RE: The van") == "Re: The van"
    assert answer_subject("") == "Re:"
    assert len(answer_subject("x" * 600)) == 500


def test_tags() -> None:
    assert tags("Re: Your trip [trp-2026-0012] [EXT] [a b] [x]") == ["TRP-2026-0012", "EXT"]
    assert tags("[" * 10_000) == []


@given(st.text(max_size=400))
def test_normalising_twice_changes_nothing(subject: str) -> None:
    once = normalised_subject(subject)
    assert normalised_subject(once) == once
    assert normalised_subject(answer_subject(once)) == once


def test_a_long_chain_of_references_keeps_its_ends() -> None:
    many = [f"<{n}@x.test>" for n in range(100)]
    found = chain(earlier(references=many, provider_id="<last@x.test>"))
    assert len(found) == 20
    assert found[0] == "<0@x.test>"
    assert found[-1] == "<last@x.test>"
    assert chain(earlier(references=["<a@x>", "<b@x>"], provider_id="<b@x>")) == ["<a@x>", "<b@x>"]


def test_links_of_what_is_sent() -> None:
    from_trip = Draft(itinerary_id=TRIP)
    assert linking.outbound(from_trip, [], None) == {TRIP: LinkOrigin.SENT}
    concierge = Draft(from_concierge=True)
    assert linking.outbound(concierge, [TRIP, OURS], None) == {
        TRIP: LinkOrigin.CONCIERGE,
        OURS: LinkOrigin.CONCIERGE,
    }
    assert linking.outbound(Draft(), [], earlier()) == {TRIP: LinkOrigin.REPLY}
    assert linking.outbound(Draft(), [], None) == {}


def test_links_by_hand() -> None:
    present = {TRIP: LinkOrigin.SENT}
    assert linking.by_hand(present, None) == {}
    assert linking.by_hand(present, OURS) == {OURS: LinkOrigin.HAND}
    assert linking.by_hand(present, TRIP) == {TRIP: LinkOrigin.SENT}
    assert linking.answering(None) == {}
