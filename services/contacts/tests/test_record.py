"""Two records made one and taken apart again."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contacts.domain.record import (
    PLAIN,
    KeptIdentity,
    Record,
    combine,
    differing,
    plain,
    separate,
    taken,
)
from contracts.common import Channel
from contracts.consents import (
    Consent,
    ConsentKind,
    ConsentSource,
    decided,
    may_answer,
    may_send,
    stricter,
)
from contracts.contacts import ContactKind, Reachability, Scheme, Side

BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
words = st.sampled_from(["", "Ana", "Bea", "Sol"])

consent = st.builds(
    Consent,
    kind=st.sampled_from([None, *ConsentKind]),
    channel=st.sampled_from([None, *Channel]),
    allowed=st.booleans(),
    source=st.sampled_from(ConsentSource),
    at=st.integers(0, 5).map(lambda days: BEGIN + dt.timedelta(days=days)),
)
consents = st.lists(consent, max_size=5, unique_by=lambda each: (each.kind, each.channel))


def identity(number: int) -> KeptIdentity:
    return KeptIdentity(
        id=UUID(int=number),
        key=f"email:{number}",
        scheme=Scheme.EMAIL,
        value=f"{number}@mail.test",
        display=f"{number}@mail.test",
        reachability=Reachability.UNKNOWN,
        reason=None,
        checked_at=None,
    )


def records(numbers: range) -> st.SearchStrategy[Record]:
    """Records whose addresses, notes and decisions are among these numbers: nobody else's."""
    own = st.lists(st.sampled_from(numbers), unique=True, max_size=3)
    ids = own.map(lambda found: sorted(UUID(int=each) for each in found))
    return st.builds(
        Record,
        kind=st.sampled_from(ContactKind),
        name=words,
        company=words,
        company_id=st.sampled_from([None, UUID(int=1), UUID(int=2)]),
        is_company=st.booleans(),
        position=words,
        language=st.sampled_from([None, "de", "pt"]),
        zone=st.sampled_from([None, "Europe/Lisbon"]),
        channel=st.sampled_from([None, *Channel]),
        external_id=words,
        notes=st.sampled_from(["", "vegan", "deaf"]),
        tags=st.lists(st.sampled_from("abc"), unique=True),
        fields=st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2)),
        consents=consents,
        identities=own.map(lambda found: [identity(each) for each in found]),
        note_ids=ids,
        history_ids=ids,
    ).map(kept)


def kept(made: Record) -> Record:
    """As it is kept: a company is in no other, and a person's is called as that is."""
    return plain(msgspec.structs.replace(made, company_id=None) if made.is_company else made)


ours, theirs = records(range(10, 15)), records(range(20, 25))
sides = st.dictionaries(
    st.sampled_from([*PLAIN, "fields.x", "fields.y"]), st.sampled_from(Side), max_size=4
)


@given(ours, theirs, sides)
def test_apart_at_once_both_are_what_they_were(
    one: Record, other: Record, choices: dict[str, Side]
) -> None:
    after = combine(one, other, choices)
    assert separate(one, other, after, after) == (one, other)


@given(ours, theirs, sides)
def test_nothing_is_lost(one: Record, other: Record, choices: dict[str, Side]) -> None:
    after = combine(one, other, choices)
    assert {*after.tags} == {*one.tags, *other.tags}
    assert after.identities == [*one.identities, *other.identities]
    assert {*after.note_ids} == {*one.note_ids, *other.note_ids}
    declined = {  # who chooses the survivor's nothing has it
        key
        for key in other.fields.keys() - one.fields.keys()
        if choices.get(f"fields.{key}") is Side.SURVIVOR
    }
    assert after.fields.keys() == one.fields.keys() | other.fields.keys() - declined
    for name, side in taken(one, other, choices).items():
        wanted = differing(one, other)[name][0 if side is Side.SURVIVOR else 1]
        own = name.startswith("fields.")
        got = after.fields.get(name[7:]) if own else getattr(after, name)
        assert got == wanted


@given(ours, theirs, words, st.sampled_from("abcd"), consent)
def test_what_was_changed_since_stays_with_the_survivor(
    one: Record, other: Record, position: str, tag: str, decision: Consent
) -> None:
    after = combine(one, other, {})
    now = msgspec.structs.replace(
        after,
        position=position,
        tags=[*after.tags, tag] if tag not in after.tags else after.tags,
        identities=[*after.identities, identity(30)],
        consents=decided(after.consents, decision),
    )
    first, second = separate(one, other, after, now)
    if position != after.position:
        assert first.position == position
    if tag not in after.tags:
        assert tag in first.tags
    assert first.identities == [*one.identities, identity(30)]
    assert second.identities == other.identities
    if now.consents != after.consents:  # a decision was made by whoever of the two he is
        assert decision in first.consents
        assert decision in second.consents


@given(ours, theirs)
def test_an_address_taken_away_stays_away(one: Record, other: Record) -> None:
    after = combine(one, other, {})
    now = msgspec.structs.replace(after, identities=after.identities[1:])
    first, second = separate(one, other, after, now)
    assert [*first.identities, *second.identities] == after.identities[1:]


def test_a_blank_takes_what_the_other_has() -> None:
    blank = dict.fromkeys(("company_id", "language", "zone", "channel"))
    fields: dict[str, Any] = blank | {
        "kind": ContactKind.UNKNOWN,
        "name": "Ana",
        "company": "",
        "is_company": False,
        "position": "",
        "external_id": "",
        "notes": "",
        "tags": [],
        "fields": {},
        "consents": [],
        "identities": [],
        "note_ids": [],
        "history_ids": [],
    }
    one = Record(**fields)
    other = msgspec.structs.replace(one, kind=ContactKind.AGENT, name="Bea", language="pt")
    after = combine(one, other, {})
    assert (after.kind, after.name, after.language) == (ContactKind.AGENT, "Ana", "pt")
    assert combine(one, other, {"name": Side.MERGED}).name == "Bea"


@given(consents, consents)
def test_of_two_the_stricter_holds(one: list[Consent], other: list[Consent]) -> None:
    both = stricter(one, other)
    for kind in ConsentKind:
        for channel in Channel:
            if not (may_send(one, kind, channel) and may_send(other, kind, channel)):
                assert not may_send(both, kind, channel)


@given(consents)
def test_nobody_adds_nothing(one: list[Consent]) -> None:
    assert stricter(one, []) == one
    assert stricter([], one) == one


@given(st.lists(consent, max_size=8))
def test_decisions_may_come_in_any_order(made: list[Consent]) -> None:
    forth: list[Consent] = []
    back: list[Consent] = []
    for each in made:
        forth = decided(forth, each)
    for each in reversed(made):
        back = decided(back, each)
    for kind in ConsentKind:
        for channel in Channel:
            assert may_send(forth, kind, channel) == may_send(made, kind, channel)
            assert may_send(back, kind, channel) == may_send(made, kind, channel)


@given(consents, st.sampled_from(Channel))
def test_who_writes_after_all_decisions_is_answered(one: list[Consent], channel: Channel) -> None:
    assert may_answer(one, BEGIN + dt.timedelta(days=9), channel)


def test_the_latest_decision_holds() -> None:
    block = Consent(kind=None, channel=None, allowed=False, source=ConsentSource.PERSON, at=BEGIN)
    later = msgspec.structs.replace(
        block, kind=ConsentKind.MARKETING, allowed=True, at=BEGIN + dt.timedelta(days=1)
    )
    assert may_send([block, later], ConsentKind.MARKETING, Channel.EMAIL)
    assert not may_send([block, later], ConsentKind.REVIEW, Channel.EMAIL)
    assert may_send([], ConsentKind.MARKETING, Channel.EMAIL)
