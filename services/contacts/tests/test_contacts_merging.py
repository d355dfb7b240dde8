"""Duplicates, merges and taking them back, through the door, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.common import Channel
from contracts.consents import ConsentKind
from contracts.contacts import (
    Contact,
    ContactChanged,
    ContactKind,
    ContactMerged,
    Contacts,
    ContactUnmerged,
    DuplicateReason,
    NewIdentity,
    NoteChanged,
    Scheme,
    Side,
)
from contracts.itineraries import Guest, ItineraryChanged
from contracts.samples import sample
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Failure, Invalid, NotFound, Stale
from fairlead.store import BadPage

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Ana")
SERVICE = Context(role=Role.SERVICE, organisation=OURS)
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))


@pytest.fixture
def contacts(desk: Any) -> Iterator[Contacts]:
    with acting(PERSON):
        yield desk.client


def make(contacts: Contacts, name: str, *mails: str, **more: Any) -> Contact:
    identities = [NewIdentity(scheme=Scheme.EMAIL, value=each) for each in mails]
    return contacts.create_contact(
        name=name, kind=ContactKind.SUPPLIER, identities=identities, **more
    )


def notes_told(desk: Any) -> list[tuple[UUID, UUID, bool]]:
    """Which notes were told of, about whom they are, and whether they are gone."""
    told = [each for each in desk.told() if isinstance(each, NoteChanged)]
    return [(each.id, each.contact_id, each.removed) for each in told]


def trip_of(*people: UUID) -> ItineraryChanged:
    event = sample(ItineraryChanged)
    details = msgspec.structs.replace(
        event.itinerary.details,
        guests=[Guest(name="x", contact_id=each) for each in people],
        agent_id=None,
    )
    return ItineraryChanged(
        itinerary=msgspec.structs.replace(event.itinerary, details=details, services=[])
    )


def merged(contacts: Contacts, one: Contact, other: Contact, **choices: Side) -> Any:
    return contacts.merge_contacts(
        id=one.id,
        merged_id=other.id,
        version=one.version,
        merged_version=other.version,
        choices=choices,
    )


def bare(contact: Contact) -> Contact:
    """Without what counts changes."""
    return msgspec.structs.replace(contact, version=0, updated_at=None)


def test_likely_duplicates_are_proposed(contacts: Contacts) -> None:
    one = make(contacts, "Marta Luz", "marta.luz@gmail.com")
    two = make(contacts, "M. L.", "martaluz+work@googlemail.com")
    three = make(contacts, "Luz Marta", "marta@sol.test")
    make(contacts, "Somebody Else", "x@sol.test")
    found = contacts.list_duplicates().duplicates
    pairs = {frozenset((each.first.id, each.second.id)): each for each in found}
    assert pairs.keys() == {frozenset((one.id, two.id)), frozenset((one.id, three.id))}
    assert pairs[frozenset((one.id, two.id))].reasons == [DuplicateReason.SAME_MAIL]
    assert pairs[frozenset((one.id, three.id))].reasons == [DuplicateReason.SAME_NAME]
    assert pairs[frozenset((one.id, two.id))].score > pairs[frozenset((one.id, three.id))].score
    assert len(contacts.list_duplicates(contact_id=three.id).duplicates) == 1
    with acting(STRANGER):
        assert contacts.list_duplicates().duplicates == []


def test_the_same_phone_in_two_formats(contacts: Contacts) -> None:
    for name, value in (("Ana", "+351 912 345 678"), ("Bea", "+34 912 345 678")):
        contacts.create_contact(
            name=name,
            kind=ContactKind.AGENT,
            identities=[NewIdentity(scheme=Scheme.PHONE, value=value)],
        )
    [found] = contacts.list_duplicates().duplicates
    assert found.reasons == [DuplicateReason.SAME_PHONE]


def test_all_that_two_have_in_common_is_said(contacts: Contacts) -> None:
    for mail, phone in (("m.l@gmail.com", "+351 912 345 678"), ("ml@gmail.com", "+34 912 345 678")):
        contacts.create_contact(
            name="Marta Luz",
            kind=ContactKind.AGENT,
            identities=[
                NewIdentity(scheme=Scheme.EMAIL, value=mail),
                NewIdentity(scheme=Scheme.PHONE, value=phone),
            ],
        )
    [found] = contacts.list_duplicates().duplicates
    assert found.reasons == list(DuplicateReason)
    assert found.score == 0.998


def test_those_of_one_contact_come_page_by_page_and_in_the_order_of_all(contacts: Contacts) -> None:
    made = [make(contacts, "Marta Luz") for _ in range(5)]
    make(contacts, "Somebody Else")
    middle = sorted(each.id for each in made)[2]
    everything = [(each.first.id, each.second.id) for each in contacts.list_duplicates().duplicates]
    seen: list[tuple[UUID, UUID]] = []
    cursor = None
    while True:
        page = contacts.list_duplicates(contact_id=middle, cursor=cursor, limit=1)
        seen += [(each.first.id, each.second.id) for each in page.duplicates]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [pair for pair in everything if middle in pair]
    assert len(seen) == 4
    for pair in (seen[0], seen[3][::-1]):
        contacts.dismiss_duplicate(first=pair[0], second=pair[1])
    left = contacts.list_duplicates(contact_id=middle).duplicates
    assert [(each.first.id, each.second.id) for each in left] == seen[1:3]


def test_proposals_come_page_by_page(contacts: Contacts) -> None:
    for _ in range(4):
        make(contacts, "Marta Luz")
    seen: list[frozenset[UUID]] = []
    cursor = None
    while True:
        page = contacts.list_duplicates(limit=2, cursor=cursor)
        seen += [frozenset((each.first.id, each.second.id)) for each in page.duplicates]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6
    with pytest.raises(BadPage):
        contacts.list_duplicates(cursor="no cursor")


def test_what_was_dismissed_is_not_proposed_again(contacts: Contacts) -> None:
    one, two = make(contacts, "Marta Luz"), make(contacts, "Marta Luz")
    contacts.dismiss_duplicate(first=two.id, second=one.id)
    contacts.dismiss_duplicate(first=one.id, second=two.id)
    assert contacts.list_duplicates().duplicates == []
    with pytest.raises(NotFound):
        contacts.dismiss_duplicate(first=one.id, second=uuid4())


def test_a_preview_says_what_goes_where(contacts: Contacts) -> None:
    one = make(contacts, "Marta", "m@a.test", tags=["x"], position="Guide")
    two = make(contacts, "Marta Luz", "m@b.test", tags=["x", "y"], language="pt")
    contacts.add_note(contact_id=two.id, text="Call late")
    shown = contacts.preview_merge(id=one.id, merged_id=two.id, choices={"name": Side.MERGED})
    assert {each.field: each.takes for each in shown.fields} == {
        "name": Side.MERGED,
        "language": Side.MERGED,
    }
    assert (shown.identities, shown.tags, shown.notes) == (1, 1, 1)
    assert contacts.get_contact(id=one.id) == one
    done = merged(contacts, one, two, name=Side.MERGED)
    assert bare(done.contact) == bare(shown.result)
    with pytest.raises(Invalid, match=r"choices\.zone"):
        contacts.preview_merge(
            id=make(contacts, "A").id,
            merged_id=make(contacts, "B").id,
            choices={"zone": Side.MERGED},
        )


def into(desk: Any, id: UUID) -> UUID | None:
    """Whom a contact is part of, as was told last."""
    told = [each.contact for each in desk.told() if isinstance(each, ContactChanged)]
    last: UUID | None = [each for each in told if each.id == id][-1].merged_into_id
    return last


def test_a_merged_contact_is_its_survivor(contacts: Contacts, desk: Any) -> None:
    one, two = make(contacts, "Marta", "m@a.test"), make(contacts, "Luz", "m@b.test")
    contacts.add_note(contact_id=two.id, text="Call late")
    contacts.set_consent(contact_id=two.id, kind=ConsentKind.REVIEW, allowed=False)
    two = contacts.get_contact(id=two.id)
    done = merged(contacts, one, two)
    assert [each.value for each in done.contact.identities] == ["m@a.test", "m@b.test"]
    assert done.contact.version == one.version + 1
    assert contacts.get_contact(id=two.id) == done.contact
    assert [each.text for each in contacts.list_notes(contact_id=one.id).notes] == ["Call late"]
    assert len(contacts.consent_history(contact_id=one.id)) == 1
    assert [each.name for each in contacts.list_contacts().contacts] == ["Marta"]
    assert [each.name for each in contacts.list_contacts(blocked=ConsentKind.REVIEW).contacts] == [
        "Marta"
    ]
    with acting(SERVICE):
        assert contacts.resolve(scheme=Scheme.EMAIL, value="m@b.test").id == one.id
    told = [each for each in desk.told() if isinstance(each, ContactMerged)]
    assert told == [ContactMerged(merge_id=done.id, merged_id=two.id, contact=done.contact)]
    assert into(desk, two.id) == one.id
    assert merged(contacts, one, two) == done  # again: the same merge
    assert [each.merged_name for each in contacts.list_merges(contact_id=one.id)] == ["Luz"]


def test_a_merge_is_taken_back_exactly(contacts: Contacts, desk: Any) -> None:
    one = make(contacts, "Marta", "m@a.test", tags=["x"], external_id="C1")
    two = make(contacts, "Luz", "m@b.test", tags=["y"], external_id="C2", notes="vegan")
    note = contacts.add_note(contact_id=two.id, text="Call late")
    done = merged(contacts, one, two, external_id=Side.MERGED)
    assert done.contact.external_id == "C2"
    undone = contacts.undo_merge(id=done.id)
    assert undone.undone_at is not None
    assert bare(contacts.get_contact(id=one.id)) == bare(one)
    assert bare(contacts.get_contact(id=two.id)) == bare(two)
    assert contacts.list_notes(contact_id=one.id).notes == []
    [back] = contacts.list_notes(contact_id=two.id).notes
    assert (back.id, back.text) == (note.id, note.text)
    assert [each.name for each in contacts.list_contacts(tag="y").contacts] == ["Luz"]
    [told] = [each for each in desk.told() if isinstance(each, ContactUnmerged)]
    assert (told.contact.id, told.merged.id) == (one.id, two.id)
    assert into(desk, two.id) is None
    assert contacts.undo_merge(id=done.id) == undone


def test_what_was_added_since_stays(contacts: Contacts) -> None:
    one, two = make(contacts, "Marta", "m@a.test"), make(contacts, "Luz", "m@b.test")
    done = merged(contacts, one, two)
    now = contacts.update_contact(id=one.id, version=done.contact.version, position="Chef")
    contacts.add_identity(id=now.id, scheme=Scheme.EMAIL, value="m@c.test")
    contacts.add_note(contact_id=two.id, text="After")
    contacts.undo_merge(id=done.id)
    kept = contacts.get_contact(id=one.id)
    assert (kept.position, [each.value for each in kept.identities]) == (
        "Chef",
        ["m@a.test", "m@c.test"],
    )
    assert [each.value for each in contacts.get_contact(id=two.id).identities] == ["m@b.test"]
    assert [each.text for each in contacts.list_notes(contact_id=one.id).notes] == ["After"]


def test_the_later_merge_is_taken_back_first(contacts: Contacts) -> None:
    one, two, three = (make(contacts, name, f"{name}@a.test") for name in ("a", "b", "c"))
    first = merged(contacts, one, two)
    second = merged(contacts, three, first.contact)
    assert contacts.get_contact(id=two.id).id == three.id
    with pytest.raises(Conflict, match="merged_since"):
        contacts.undo_merge(id=first.id)
    contacts.undo_merge(id=second.id)
    contacts.undo_merge(id=first.id)
    for each in (one, two, three):
        assert bare(contacts.get_contact(id=each.id)) == bare(each)


def firm(contacts: Contacts, name: str) -> Contact:
    return contacts.create_contact(name=name, kind=ContactKind.SUPPLIER, is_company=True)


def employer(contacts: Contacts, id: UUID) -> tuple[str, UUID | None]:
    found = contacts.get_contact(id=id)
    return found.company, found.company_id


def test_people_follow_their_company_through_merges_and_back(contacts: Contacts, desk: Any) -> None:
    sol, mar, lua = (firm(contacts, name) for name in ("Sol", "Mar", "Lua"))
    ana = make(contacts, "Ana", company_id=sol.id)
    first = merged(contacts, mar, sol)
    assert employer(contacts, ana.id) == ("Mar", mar.id)
    assert [
        (each.contact.company, each.contact.company_id)
        for each in desk.told()
        if isinstance(each, ContactChanged) and each.contact.id == ana.id
    ] == [("Sol", sol.id), ("Mar", mar.id)]
    second = merged(contacts, lua, first.contact)
    bea = make(contacts, "Bea", company_id=sol.id)  # by an id that somebody kept
    assert employer(contacts, bea.id) == employer(contacts, ana.id) == ("Lua", lua.id)
    for each in (sol, mar, lua):
        page = contacts.list_contacts(company_id=each.id)
        assert [found.name for found in page.contacts] == ["Ana", "Bea"]
    contacts.update_contact(id=lua.id, version=second.contact.version, name="Lua Nova")
    assert employer(contacts, ana.id) == ("Lua Nova", lua.id)
    contacts.undo_merge(id=second.id)
    assert employer(contacts, ana.id) == ("Mar", mar.id)
    assert employer(contacts, bea.id) == ("Lua Nova", lua.id)
    contacts.undo_merge(id=first.id)
    assert employer(contacts, ana.id) == ("Sol", sol.id)
    assert contacts.list_contacts(company_id=mar.id).contacts == []


def test_the_people_of_a_merge_are_called_by_the_name_that_was_chosen(contacts: Contacts) -> None:
    sol, mar = firm(contacts, "Sol"), firm(contacts, "Mar")
    ana = make(contacts, "Ana", company_id=mar.id)
    done = merged(contacts, mar, sol, name=Side.MERGED)
    assert employer(contacts, ana.id) == ("Sol", mar.id)
    contacts.undo_merge(id=done.id)
    assert employer(contacts, ana.id) == ("Mar", mar.id)


def test_another_companys_name_is_another_company(contacts: Contacts) -> None:
    sol = firm(contacts, "Sol")
    ana = make(contacts, "Ana", company_id=sol.id)
    same = contacts.update_contact(id=ana.id, version=ana.version, company="Sol", position="Chef")
    assert same.company_id == sol.id
    left = contacts.update_contact(id=ana.id, version=same.version, company="Mar")
    assert (left.company, left.company_id) == ("Mar", None)


def test_trips_are_the_survivors_through_several_merges(contacts: Contacts, desk: Any) -> None:
    one, two, three = (make(contacts, name) for name in "abc")
    with acting(SERVICE):
        desk.hear(trip_of(one.id))
    first = merged(contacts, two, one)
    merged(contacts, three, first.contact)
    assert [each.name for each in contacts.list_contacts(has_trips=True).contacts] == ["c"]
    assert contacts.list_contacts(has_trips=False).contacts == []


def test_what_cannot_be_merged(contacts: Contacts) -> None:
    one, two, three = (make(contacts, name) for name in "abc")
    with pytest.raises(Invalid, match="merged_id"):
        merged(contacts, one, one)
    with pytest.raises(Stale):
        merged(contacts, one, msgspec.structs.replace(two, version=9))
    with pytest.raises(NotFound):
        merged(contacts, one, msgspec.structs.replace(two, id=uuid4()))
    merged(contacts, one, two)
    with pytest.raises(Conflict, match="already_merged"):
        merged(contacts, three, two)
    with acting(STRANGER):
        with pytest.raises(NotFound):
            merged(contacts, one, three)
        with pytest.raises(NotFound):
            contacts.preview_merge(id=one.id, merged_id=three.id)
    with pytest.raises(NotFound):
        contacts.undo_merge(id=uuid4())


def test_of_many_merges_at_once_one_happens(contacts: Contacts) -> None:
    for number in range(8):
        one, two = make(contacts, f"a{number}"), make(contacts, f"b{number}")
        start = threading.Barrier(4)

        def run(pair: tuple[Contact, Contact], start: threading.Barrier = start) -> Any:
            with acting(PERSON):
                start.wait(10)
                try:
                    return merged(contacts, *pair)
                except Failure as failure:
                    return failure

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(run, [(one, two), (two, one)] * 2))
        done = [each for each in found if not isinstance(each, Failure)]
        assert len({each.id for each in done}) == 1
        ids = {contacts.get_contact(id=each.id).id for each in (one, two)}
        assert ids == {done[0].survivor_id}


Change = tuple[str, str]
changes = st.lists(
    st.sampled_from(["mail", "phone", "tag", "note", "block", "position", "company"]), max_size=5
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=changes, two=changes, chosen=st.booleans())
def test_merging_and_undoing_is_the_identity(
    one: list[str], two: list[str], chosen: bool, new_desk: Callable[[], Any]
) -> None:
    desk = new_desk()
    with acting(PERSON):
        contacts: Contacts = desk.client
        pair = []
        for name, wanted in (("Marta Luz", one), ("Luz Mar", two)):
            contact = make(contacts, name)
            for number, change in enumerate(wanted):
                contact = _change(contacts, contact, change, number)
            pair.append(contact)
        notes = [contacts.list_notes(contact_id=each.id).notes for each in pair]
        found = contacts.list_duplicates()
        choices = {"name": Side.MERGED} if chosen else {}
        done = merged(contacts, pair[0], pair[1], **choices)
        contacts.undo_merge(id=done.id)
        for contact, before in zip(pair, notes, strict=True):
            assert bare(contacts.get_contact(id=contact.id)) == bare(contact)
            after = contacts.list_notes(contact_id=contact.id).notes
            assert [(each.id, each.text) for each in after] == [
                (each.id, each.text) for each in before
            ]
        again = contacts.list_duplicates()
        assert [each.reasons for each in again.duplicates] == [
            each.reasons for each in found.duplicates
        ]
    desk.close()


def _change(contacts: Contacts, contact: Contact, change: str, number: int) -> Contact:
    own = f"{contact.id.hex[-6:]}{number}"
    if change == "mail":
        return contacts.add_identity(id=contact.id, scheme=Scheme.EMAIL, value=f"{own}@mail.test")
    if change == "phone":
        digits = int(contact.id.hex[-6:], 16) % 1_000_000 * 10 + number
        return contacts.add_identity(id=contact.id, scheme=Scheme.PHONE, value=f"+3519{digits:08d}")
    if change == "note":
        contacts.add_note(contact_id=contact.id, text=own)
        return contact
    if change == "block":
        return contacts.set_consent(
            contact_id=contact.id, kind=ConsentKind.REVIEW, channel=Channel.SMS, allowed=False
        )
    plain: dict[str, Any] = {"tag": {"tags": [own]}, "position": {"position": own}}
    return contacts.update_contact(
        id=contact.id, version=contact.version, **plain.get(change, {"company": own})
    )


def test_any_merges_taken_back_in_any_order_leave_nothing(new_desk: Callable[[], Any]) -> None:
    desk = new_desk()

    @settings(max_examples=5)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        with acting(msgspec.structs.replace(PERSON, organisation=uuid4())):
            _merge_and_part(desk.client, data)

    check()
    desk.close()


def _merge_and_part(contacts: Contacts, data: st.DataObject) -> None:
    firms = [firm(contacts, f"Firm {number}") for number in range(3)]
    people = []
    for number in range(4):
        works_at = data.draw(st.sampled_from([None, *firms]))
        more: dict[str, Any] = {"company": "Own"} if works_at is None else {}
        if works_at is not None:
            more = {"company_id": works_at.id}
        person = make(contacts, f"Ana {number}", f"a{number}@mail.test", **more)
        contacts.add_note(contact_id=person.id, text=f"{number}")
        people.append(person)
    everybody = [*firms, *people]
    before = _all_of(contacts, everybody)
    standing: list[UUID] = []
    for _ in range(data.draw(st.integers(1, 8))):
        parts: bool = data.draw(st.booleans())
        if standing and parts:
            _part(contacts, standing, data.draw(st.sampled_from(standing)))
        else:
            one, two = data.draw(
                st.lists(st.sampled_from(data.draw(st.sampled_from([firms, people]))),
                         min_size=2, max_size=2, unique_by=lambda each: each.id)
            )  # fmt: skip
            one, two = (contacts.get_contact(id=each.id) for each in (one, two))
            chosen = data.draw(st.sets(st.sampled_from(["name", "company", "company_id"])))
            if one.id != two.id:
                shown = contacts.preview_merge(id=one.id, merged_id=two.id)
                choices = {each.field: Side.MERGED for each in shown.fields if each.field in chosen}
                done = merged(contacts, one, two, **choices)
                standing.append(done.id)
                if not choices:
                    assert bare(done.contact) == bare(shown.result)
    while standing:
        for id in data.draw(st.permutations(standing)):
            _part(contacts, standing, id)
    assert _all_of(contacts, everybody) == before


def _part(contacts: Contacts, standing: list[UUID], id: UUID) -> None:
    if id == standing[-1]:
        contacts.undo_merge(id=id)
        standing.remove(id)
        return
    try:
        contacts.undo_merge(id=id)
    except Conflict as error:
        if error.code != "contacts.merged_since":
            raise
    else:
        standing.remove(id)


def _all_of(contacts: Contacts, everybody: list[Contact]) -> Any:
    return [
        (
            bare(contacts.get_contact(id=each.id)),
            [note.text for note in contacts.list_notes(contact_id=each.id).notes],
            [found.id for found in contacts.list_contacts(company_id=each.id).contacts],
            [found.id for found in contacts.list_contacts(q=each.name).contacts],
        )
        for each in everybody
    ]


def test_notes_that_a_merge_or_its_undoing_moves_are_told(contacts: Contacts, desk: Any) -> None:
    one, two = make(contacts, "Rui", "m@a.test"), make(contacts, "Ruy", "m@b.test")
    contacts.add_note(contact_id=one.id, text="Stays where it is")
    notes = [contacts.add_note(contact_id=two.id, text=f"Call {when}") for when in ("now", "late")]
    before = len(notes_told(desk))
    done = contacts.merge_contacts(
        id=one.id, merged_id=two.id, version=one.version, merged_version=two.version
    )
    moved = [(each.id, one.id, False) for each in notes]
    assert notes_told(desk)[before:] == moved
    contacts.undo_merge(id=done.id)
    assert notes_told(desk)[before:] == [*moved, *((each.id, two.id, False) for each in notes)]


def test_notes_of_one_who_is_learnt_to_be_another_are_told(contacts: Contacts, desk: Any) -> None:
    one, two = make(contacts, "Rui", "m@a.test"), make(contacts, "Ruy", "m@b.test")
    note = contacts.add_note(contact_id=two.id, text="Call late")
    with acting(SERVICE):
        contacts.resolve(
            scheme=Scheme.EMAIL,
            value="m@a.test",
            also=[NewIdentity(scheme=Scheme.EMAIL, value="m@b.test")],
        )
    assert notes_told(desk)[-1] == (note.id, one.id, False)
