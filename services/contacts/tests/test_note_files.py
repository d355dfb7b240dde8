"""Files of notes: the inbox's, shown with what is known of them, and gone with their contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contacts import forgetting, persons
from contacts.store import note_files
from contacts.store.contacts import find
from contracts.common import FileRef
from contracts.contacts import Contact, ContactKind, Contacts, NoteChanged
from contracts.files import File, FileChecked, FilesAttached, FileState, attachment_of
from contracts.persons import Person
from fairlead.context import Context, Role, acting, current, service_context
from fairlead.errors import Forbidden, Invalid, NotFound
from fairlead.recorded import AuditRecorded
from fairlead.service import ServiceStore

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Ana")
OTHER = Context(role=Role.USER, organisation=OURS, user=UUID(int=10), user_name="Rui")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))


class Inbox:
    """Stands in for the inbox: each organisation has files of its own."""

    def __init__(self) -> None:
        self._files: dict[tuple[UUID, UUID], File] = {}

    def upload(self, name: str, *, organisation: UUID = OURS) -> File:
        """A file that waits for the virus check."""
        ref = FileRef(
            key=f"{organisation}/{uuid4().hex}", name=name, content_type="image/jpeg", size=9
        )
        file = File(id=uuid4(), file=ref, state=FileState.WAITING, prepared=False)
        self._files[organisation, file.id] = file
        return file

    def hold_files(self, *, ids: list[UUID]) -> list[File]:
        """Those of these files that the caller's organisation has."""
        organisation = current().need_organisation()
        return [
            self._files[organisation, each] for each in ids if (organisation, each) in self._files
        ]


@pytest.fixture
def inbox(desk: Any) -> Inbox:
    inbox = Inbox()
    desk.service.inbox = inbox
    return inbox


@pytest.fixture
def contacts(desk: Any, inbox: Inbox) -> Iterator[Contacts]:
    with acting(PERSON):
        yield desk.client


def anna(contacts: Contacts) -> Contact:
    return contacts.create_contact(name="Anna Berg", kind=ContactKind.TRAVELLER)


def test_a_note_shows_its_files_in_their_order(contacts: Contacts, inbox: Inbox, desk: Any) -> None:
    who, two = anna(contacts), [inbox.upload("passport.jpg"), inbox.upload("visa.jpg")]
    ids = [each.id for each in two]
    note = contacts.add_note(contact_id=who.id, text="Papers", attachments=[*ids, ids[0]])
    assert note.attachments == [attachment_of(each) for each in two]
    assert contacts.list_notes(contact_id=who.id).notes == [note]
    assert [each.files for each in desk.told() if isinstance(each, FilesAttached)] == [ids]
    checked = msgspec.structs.replace(note.attachments[0], state=FileState.CLEAN, width=640)
    with acting(service_context(OURS)):
        desk.hear(FileChecked(file=checked))
    told = [each for each in desk.told() if isinstance(each, NoteChanged)]
    assert [each.id for each in told] == [note.id, note.id], "written, and checked"
    [now] = contacts.list_notes(contact_id=who.id).notes
    assert now.attachments == [checked, note.attachments[1]]


def test_each_change_of_a_note_is_told_without_its_words(contacts: Contacts, desk: Any) -> None:
    who = anna(contacts)
    note = contacts.add_note(contact_id=who.id, text="Has a dog")
    note = contacts.update_note(id=note.id, version=note.version, text="Has two dogs")
    contacts.remove_note(id=note.id)
    told = [each for each in desk.told() if isinstance(each, NoteChanged)]
    assert [each.removed for each in told] == [False, False, True]
    assert {(each.id, each.contact_id) for each in told} == {(note.id, who.id)}
    noted = [
        each for each in desk.told() if isinstance(each, AuditRecorded) and each.entity == "note"
    ]
    assert [each.action for each in noted] == ["note.added", "note.changed", "note.removed"]
    assert {(each.user_name, each.about) for each in noted} == {(PERSON.user_name, who.id)}
    assert b"dog" not in msgspec.json.encode([told, noted])


def test_files_stay_with_a_note_until_it_is_said_which_it_has(
    contacts: Contacts, inbox: Inbox, desk: Any
) -> None:
    who, old, new = anna(contacts), inbox.upload("a.jpg"), inbox.upload("b.jpg")
    note = contacts.add_note(contact_id=who.id, text="Papers", attachments=[old.id])
    note = contacts.update_note(id=note.id, version=note.version, text="Her papers")
    assert [each.id for each in note.attachments] == [old.id]
    note = contacts.update_note(
        id=note.id, version=note.version, text="Her papers", attachments=[new.id]
    )
    assert [each.id for each in note.attachments] == [new.id]
    keys = [old.file.key, new.file.key]
    with acting(service_context(OURS)):
        assert desk.client.files_held(keys=keys) == [new.file.key]
    contacts.remove_note(id=note.id)
    with acting(service_context(OURS)):
        assert desk.client.files_held(keys=keys) == []


def test_no_file_of_nobody_or_of_another_organisation(contacts: Contacts, inbox: Inbox) -> None:
    who, ours = anna(contacts), inbox.upload("a.jpg")
    theirs = inbox.upload("b.jpg", organisation=THEIRS)
    with pytest.raises(Invalid) as error:
        contacts.add_note(
            contact_id=who.id, text="Papers", attachments=[ours.id, theirs.id, uuid4()]
        )
    wrong = [each["field"] for each in error.value.details["errors"]]
    assert wrong == ["attachments[1]", "attachments[2]"]
    assert contacts.list_notes(contact_id=who.id).notes == []
    note = contacts.add_note(contact_id=who.id, text="Papers", attachments=[ours.id])
    with acting(OTHER), pytest.raises(Forbidden, match="Somebody else"):
        contacts.update_note(id=note.id, version=note.version, text="Mine", attachments=[])
    with acting(STRANGER):
        for touch in (
            lambda: contacts.list_notes(contact_id=who.id),
            lambda: contacts.update_note(id=note.id, version=1, text="Mine", attachments=[]),
            lambda: contacts.remove_note(id=note.id),
        ):
            with pytest.raises(NotFound):
                touch()
    assert contacts.list_notes(contact_id=who.id).notes == [note]


def test_who_has_her_data_has_her_files_and_who_forgets_her_forgets_them(
    contacts: Contacts, inbox: Inbox, desk: Any
) -> None:
    store: ServiceStore = desk.service.store
    who, other = anna(contacts), contacts.create_contact(name="Rui", kind=ContactKind.TRAVELLER)
    hers, shared = inbox.upload("passport.jpg"), inbox.upload("both.jpg")
    contacts.add_note(contact_id=who.id, text="Papers", attachments=[hers.id, shared.id])
    kept = contacts.add_note(contact_id=other.id, text="Papers", attachments=[shared.id])
    checked = msgspec.structs.replace(attachment_of(hers), state=FileState.CLEAN)
    with acting(service_context(OURS)):
        desk.hear(FileChecked(file=checked))
    with store.reading() as session:
        [note] = [
            each
            for each in persons.records(session, Person(contact_ids=[who.id]))
            if each.kind == "note"
        ]
    assert note.files == [hers.file], "what is still being checked is not handed out"
    with store.transaction() as session:
        row = find(session, who.id, lock=True)
        assert row is not None
        _, gone = forgetting.close(session, [row])
    assert gone == [hers.id], "the other file is another's too"
    assert contacts.list_notes(contact_id=other.id).notes == [kept]
    with acting(service_context(OURS)):
        assert desk.client.forget_copies(ids=[shared.id, uuid4()]).changed == 1
        assert desk.client.forget_copies(ids=[shared.id]).changed == 0
    with store.reading() as session:
        assert note_files.of(session, [kept.id]) == {}
