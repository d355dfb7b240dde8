"""Erasing and exporting a person: who she is, whom the jobs ask, how they go on after a crash."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from contacts import erasing
from contacts.erasing import Eraser
from contacts.exporting import Exporter
from contacts.forgetting import Forgetter
from contacts.gathering import Gatherer
from contacts.importing import Importer
from contracts.contacts import ContactErased, ContactKind, Contacts, NewIdentity, Scheme
from contracts.jobs import Job, JobState
from contracts.persons import Person, PersonErasure, PersonPage, PersonRecord
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Failure, Forbidden, NotFound, Unavailable
from fairlead.files import open_store
from fairlead.jobs import rows
from fairlead.jobs.work import Worker
from fairlead.store import EVERYWHERE

OURS, THEIRS = UUID(int=1), UUID(int=2)
OWNER = Context(role=Role.OWNER, organisation=OURS, user=UUID(int=11), user_name="Olga")
EMPLOYEE = Context(role=Role.SUPERVISOR, organisation=OURS, user=UUID(int=9), user_name="Ana")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
NAME, MAIL, PHONE = "Zulmira Quaresma", "zulmira@quaresma.pt", "+351912345678"


class Killed(BaseException):
    """The process is gone."""


class Holder:
    """Another service: it forgets in two steps, and then there is nothing left."""

    def __init__(self, told: list[tuple[str, Any]], name: str) -> None:
        self.told = told
        self.name = name
        self.left = 2
        self.known: list[Person] = []
        self.trouble: list[BaseException] = []
        self.gone: list[UUID] = []

    def export_person(self, *, person: Person, cursor: str | None = None) -> PersonPage:
        self.known.append(person)
        record = PersonRecord(kind="letter", data={"words": f"{self.name} {cursor}"})
        return PersonPage(records=[record], cursor=None if cursor else "second")

    def erase_person(self, *, person: Person, cursor: str | None = None) -> PersonErasure:
        if self.trouble:
            raise self.trouble.pop()
        self.known.append(person)
        self.told.append((self.name, cursor))
        changed, self.left = (1, self.left - 1) if self.left else (0, 0)
        gone, self.gone = self.gone, []
        return PersonErasure(changed=changed, cursor=None if cursor else "second", gone=gone)

    def forget_copies(self, *, ids: list[UUID]) -> PersonErasure:
        self.told.append((self.name, ids))
        return PersonErasure(changed=0, cursor=None)


class Office:
    """Contacts with two other services and a file store."""

    def __init__(self, desk: Any, folder: Path) -> None:
        self.desk = desk
        self.contacts: Contacts = desk.client
        self.files = open_store(str(folder))
        self.told: list[tuple[str, Any]] = []
        self.mail, self.trips = Holder(self.told, "mail"), Holder(self.told, "trips")
        self.users = ["Olga Owner"]
        self.discarded: list[str] = []
        self.renew()

    def renew(self) -> None:
        """As after a restart, later: nothing is remembered, and no lease holds."""
        with self.desk.database.transaction(EVERYWHERE) as session:
            rows.expire_leases(session, dt.datetime.now(dt.UTC))
        service: Any = self.desk.service
        store = service.store
        here = SimpleNamespace(
            export_person=lambda person, cursor: service.export_person(
                person=person, cursor=cursor
            ),
            erase_person=lambda person, cursor: service.erase_person(person=person, cursor=cursor),
            forget_copies=service.forget_copies,
        )
        holders: dict[str, Any] = {"contacts": here, "mail": self.mail, "trips": self.trips}
        accounts: Any = SimpleNamespace(
            list_users=lambda: [SimpleNamespace(name=name) for name in self.users]
        )
        inbox: Any = SimpleNamespace(discard_files=lambda keys: self.discarded.extend(keys))
        service.forgetter = Forgetter(store, self.files)
        service.eraser = Eraser(store, holders, accounts, inbox)
        service.gatherer = Gatherer(store, self.files, holders, accounts)
        service.importer = Importer(store, self.files)
        service.exporter = Exporter(store, self.files)
        self.worker = Worker(store)

    def work(self) -> None:
        while self.worker.work(self.desk.service.job_kinds()):
            pass

    def erase(self, id: UUID) -> Job:
        job = self.contacts.start_erasure(contact_id=id)
        self.work()
        return self.contacts.get_job(id=job.id)

    def add(self, name: str = NAME, *addresses: str, **fields: Any) -> UUID:
        identities = [
            NewIdentity(scheme=Scheme.EMAIL if "@" in each else Scheme.PHONE, value=each)
            for each in addresses
        ]
        fields.setdefault("kind", ContactKind.TRAVELLER)
        return self.contacts.create_contact(name=name, identities=identities, **fields).id

    def merge(self, id: UUID, merged: UUID) -> None:
        one, other = self.contacts.get_contact(id=id), self.contacts.get_contact(id=merged)
        self.contacts.merge_contacts(
            id=id, merged_id=merged, version=one.version, merged_version=other.version
        )


@pytest.fixture
def office(desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(erasing, "SETTLE_SECONDS", 0.0)
    with acting(OWNER):
        yield Office(desk, tmp_path / "files")


def refused(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Failure) as caught:
        call(*arguments, **named)
    return caught.value.code


def test_every_service_is_asked_until_none_has_anything_left(office: Office) -> None:
    her = office.add(NAME, MAIL, PHONE, notes="afraid of boats")
    office.contacts.add_note(contact_id=her, text="window seat")
    message = uuid4()
    office.mail.gone = [message]
    job = office.erase(her)
    assert job.state is JobState.DONE, job
    assert office.told[:5] == [
        ("mail", None),
        ("trips", [message]),  # what is gone there goes everywhere, before anything else
        ("mail", "second"),
        ("trips", None),
        ("trips", "second"),
    ]
    assert len(office.told) == 9, "a second round, which found nothing"
    assert (job.counts["mail"], job.counts["trips"]) == (2, 2)
    [person] = {str(each) for each in office.mail.known}
    assert NAME in person
    contact = office.contacts.get_contact(id=her)
    assert (contact.name, contact.notes, contact.identities) == ("Erased person", "", [])
    assert office.contacts.list_notes(contact_id=her).notes == []
    assert office.contacts.list_contacts(q="zulmira").contacts == []
    [erased] = [each for each in office.desk.told() if isinstance(each, ContactErased)]
    assert erased.contact_ids == [her]


def test_what_comes_back_meanwhile_goes_in_a_further_round(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    her = office.add(NAME, MAIL)
    office.trips.left = 5
    assert office.erase(her).counts["trips"] == 5
    assert [each for each in office.told if each == ("trips", None)] == [("trips", None)] * 4
    monkeypatch.setattr(erasing, "MOST_ROUNDS", 2)
    other = office.add("Somebody Else")
    office.trips.left = 1000
    job = office.erase(other)
    assert (job.state, job.message[:9]) == (JobState.FAILED, "Something")


def test_who_she_is(office: Office) -> None:
    """All that she was called and reached at, also before merging; no name that is another's."""
    her = office.add(NAME, MAIL)
    office.merge(her, office.add("Zulmira Ventoinha", "zv@ventoinha.pt", PHONE))
    office.add("ZULMIRA  QUARESMA")  # another one
    office.erase(her)
    person = office.mail.known[0]
    assert len(person.contact_ids) == 2
    assert set(person.names) >= {NAME, "Zulmira Ventoinha"}
    assert {MAIL, "zv@ventoinha.pt", PHONE, "Zulmira Ventoinha"} <= set(person.words)
    assert NAME not in person.words


@pytest.mark.parametrize(
    ("name", "sure"), [("Ana", False), ("Olga Owner", False), ("Ana Prado", True)]
)
def test_a_name_is_looked_for_everywhere_only_if_it_is_hers_alone(
    office: Office, name: str, sure: bool
) -> None:
    office.erase(office.add(name))
    assert (name in office.mail.known[0].words) == sure


def test_a_killed_erasure_goes_on_where_it_was(office: Office) -> None:
    her = office.add(NAME, MAIL)
    job = office.contacts.start_erasure(contact_id=her)
    for holder in (office.mail, office.trips):
        holder.trouble = [Killed()]
    for _ in range(2):
        with pytest.raises(Killed):
            office.work()
        office.renew()
    office.work()
    assert office.contacts.get_job(id=job.id).state is JobState.DONE
    assert office.told[:4] == [
        ("mail", None), ("mail", "second"), ("trips", None), ("trips", "second"),
    ]  # fmt: skip
    assert {tuple(each.names) for each in office.mail.known} == {(NAME,)}


def test_one_that_was_given_up_is_taken_up_again(office: Office) -> None:
    """By then the contact has no name any more; the job still knows it."""
    her = office.add(NAME, MAIL)
    office.mail.trouble = [NotFound("mail.odd", "Odd")]
    first = office.erase(her)
    assert first.state is JobState.FAILED
    assert office.contacts.get_contact(id=her).erased
    again = office.erase(her)
    assert again.state is JobState.DONE
    assert office.mail.known[0].names == [NAME]
    assert office.contacts.start_erasure(contact_id=her, id=again.id).id == again.id
    assert refused(office.contacts.start_erasure, contact_id=her) == "contacts.erased"
    assert refused(office.contacts.start_person_export, contact_id=her) == "contacts.erased"


def test_a_service_that_is_away_is_waited_for(office: Office) -> None:
    her = office.add(NAME, MAIL)
    office.trips.trouble = [Unavailable("trips.away", "Away")]
    job = office.erase(her)
    assert (job.state, job.message) == (JobState.RUNNING, "Away")


def test_what_is_refused(office: Office) -> None:
    company = office.add("Rio Lda", kind=ContactKind.SUPPLIER, is_company=True)
    assert refused(office.contacts.start_erasure, contact_id=company) == "contacts.is_company"
    her = office.add(NAME, MAIL)
    with acting(EMPLOYEE), pytest.raises(Forbidden):
        office.contacts.start_erasure(contact_id=her)
    with acting(EMPLOYEE), pytest.raises(Forbidden):
        office.contacts.start_person_export(contact_id=her)
    with acting(STRANGER), pytest.raises(NotFound):
        office.contacts.start_erasure(contact_id=her)
    export = office.contacts.start_export()
    assert refused(office.contacts.start_erasure, contact_id=her) == "contacts.job_running"
    office.contacts.cancel_job(id=export.id)
    office.work()
    office.contacts.start_person_export(contact_id=her)
    with pytest.raises(Conflict) as caught:
        office.contacts.start_erasure(contact_id=her)
    assert "job_id" in caught.value.details


def test_who_writes_again_is_somebody_new(office: Office) -> None:
    her = office.add(NAME, MAIL)
    office.erase(her)
    with acting(Context(role=Role.SERVICE, organisation=OURS)):
        new = office.contacts.resolve(scheme=Scheme.EMAIL, value=MAIL, name=NAME)
    assert (new.id != her, new.name) == (True, NAME)


def test_an_export_has_what_every_service_knows(office: Office) -> None:
    her = office.add(NAME, MAIL)
    office.contacts.add_note(contact_id=her, text="<b>window</b> seat")
    job = office.contacts.start_person_export(contact_id=her)
    office.work()
    job = office.contacts.get_job(id=job.id)
    assert (job.state, job.counts) == (JobState.DONE, {"contacts": 2, "mail": 2, "trips": 2})
    assert job.result is not None
    with zipfile.ZipFile(io.BytesIO(office.files.read(OURS, job.result.key))) as archive:
        assert sorted(archive.namelist()) == [
            "contacts.json", "index.html", "mail.json", "trips.json",
        ]  # fmt: skip
        mails = json.loads(archive.read("mail.json"))
        page = archive.read("index.html").decode()
    assert [each["data"]["words"] for each in mails] == ["mail None", "mail second"]
    assert "&lt;b&gt;window&lt;/b&gt; seat" in page
    assert MAIL in page
    with acting(EMPLOYEE), pytest.raises(Forbidden):
        office.contacts.get_job_file(id=job.id, file="result")  # type: ignore[arg-type]


def test_lists_with_her_in_them_go_whole(office: Office) -> None:
    her = office.add(NAME, MAIL)
    lists = office.contacts.start_export()
    only_others = office.contacts.start_export(q="nobody")
    office.work()
    office.erase(her)
    assert office.contacts.get_job(id=lists.id).result is None
    assert office.contacts.get_job(id=only_others.id).result is not None
    assert len(office.discarded) == 1
