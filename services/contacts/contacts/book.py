"""The contact book: each change of a contact, inside the transaction that it is given.

Each function answers with the row and whether anything changed. They may meet another transaction
that was faster: then a unique key stops them, and the whole transaction is to be run again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from contracts.common import Channel
from contracts.contacts import (
    Clearable,
    ContactKind,
    FieldValue,
    NewIdentity,
    Reachability,
    Scheme,
)
from fairlead.errors import Conflict, Invalid, NotFound, Stale
from fairlead.store import new_id

from .domain import address, fields, marks, person, phone
from .domain.address import Address
from .domain.reachability import Finding
from .domain.record import KeptIdentity
from .domain.search import folded, searched
from .store import contacts as store
from .store import remarks
from .store.tables import AddressRow, ContactRow, IdentityRow, OrganisationRow
from .views import definition_of

Changed = tuple[ContactRow, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is written about a contact; None leaves a field as it is."""

    name: str | None = None
    kind: ContactKind | None = None
    company: str | None = None
    language: str | None = None
    zone: str | None = None
    notes: str | None = None
    is_company: bool | None = None
    company_id: UUID | None = None
    position: str | None = None
    tags: Sequence[str] | None = None
    channel: Channel | None = None
    fields: Mapping[str, FieldValue | None] = field(default_factory=dict)
    external_id: str | None = None
    clear: Sequence[Clearable] = ()


def get(session: Session, id: UUID, *, lock: bool = False) -> ContactRow:
    """The contact with this id, or the one that it was merged into; NotFound
    `contacts.not_found`."""
    row = store.find(session, id, lock=lock)
    while row is not None and row.merged_into is not None:
        row = store.find(session, row.merged_into, lock=lock)
    if row is None:
        raise NotFound("contacts.not_found", "There is no such contact")
    return row


def found(session: Session, id: UUID) -> ContactRow:
    """The contact with this id, even where it is part of another now; NotFound."""
    row = store.find(session, id)
    if row is None:
        raise NotFound("contacts.not_found", "There is no such contact")
    return row


def get_to_change(session: Session, id: UUID) -> ContactRow:
    """The same, kept from others until the transaction ends; Conflict `contacts.erased`."""
    row = get(session, id, lock=True)
    if row.erased:
        raise Conflict("contacts.erased", "This contact was erased")
    return row


def create(
    session: Session, id: UUID | None, profile: Profile, identities: Sequence[NewIdentity]
) -> Changed:
    """A new contact with these addresses, or the one that has the id already."""
    known = None if id is None else store.find(session, id)
    if known is not None:
        return known, False
    region = store.region(session)
    addresses = [
        parse_address(each.scheme, each.value, region, f"identities[{number}].value")
        for number, each in enumerate(identities)
    ]
    row = _new(id or new_id())
    write(session, row, profile)
    for each in addresses:
        _refuse_taken(session, row, each)
        give(row, each)
    session.add(row)
    return row, True


def update(session: Session, id: UUID, version: int, profile: Profile) -> Changed:
    """The contact with what `profile` gives changed; Stale where its version is another."""
    row = get_to_change(session, id)
    if row.version != version:
        raise Stale("contacts.changed", "Somebody changed the contact", version=row.version)
    return row, write(session, row, profile)


def add_identity(session: Session, id: UUID, scheme: Scheme, value: str) -> Changed:
    """The contact with a further address; its own again changes nothing."""
    row = get_to_change(session, id)
    new = parse_address(scheme, value, store.region(session), "value")
    _refuse_taken(session, row, new)
    given = give(row, new)
    if len(row.identities) > person.MOST_IDENTITIES:
        raise Invalid.field(
            "contacts.invalid", "value", f"is one more than {person.MOST_IDENTITIES} addresses"
        )
    return row, given


def remove_identity(session: Session, id: UUID, identity_id: UUID) -> Changed:
    """The contact without this address."""
    row = get_to_change(session, id)
    gone = next((each for each in row.identities if each.id == identity_id), None)
    if gone is None:
        raise NotFound("contacts.identity_not_found", "The contact has no such address")
    row.identities.remove(gone)
    left = {each.key for each in row.identities}
    row.addresses = [each for each in row.addresses if each.key in left]
    touch(row)
    return row, True


def wanted(session: Session, scheme: Scheme, value: str) -> Address:
    """The address that a message came from or went to; Invalid for one without any letter."""
    try:
        region = store.region(session) if scheme is Scheme.PHONE else None
        return address.parse(scheme, value, region, lenient=True)
    except ValueError as error:
        raise Invalid.field("contacts.invalid", "value", str(error)) from None


def settled(session: Session, where: Sequence[Address], name: str) -> ContactRow | None:
    """The contact that has these addresses, where resolving them would change nothing."""
    row = store.owner(session, where[0].key)
    if row is None or any(store.identity(row, each.scheme, each.key) is None for each in where):
        return None
    return None if better_name(row, name) else row


def resolve(session: Session, where: Address, name: str) -> Changed:
    """The contact that has the address, or a new one of kind unknown.

    One that was called by its address is called `name` from now on.
    """
    row = store.owner(session, where.key, lock=True)
    if row is None:
        row = _new(new_id())
        write(session, row, Profile(name=person.name_for(name, where.display)))
        session.add(row)
    renamed = write(session, row, Profile(name=better_name(row, name)))
    given = give(row, where)
    return row, renamed or given


def mark(session: Session, scheme: Scheme, value: str, finding: Finding) -> ContactRow | None:
    """The contact whose address was found to work or not; None where that changes nobody.

    A finding that only repeats what is known is noted without counting as a change: else each
    delivered message would make stale what a person is editing.
    """
    try:
        where = wanted(session, scheme, value)
    except Invalid:
        return None  # nobody has what is no address
    row = store.owner(session, where.key, lock=True)
    identity = None if row is None else store.identity(row, scheme, where.key)
    if row is None or identity is None:
        return None
    known = Finding(
        identity.reachability,
        identity.checked_at or dt.datetime.min.replace(tzinfo=dt.UTC),
        identity.reason,
    )
    now = known.later(finding)
    identity.checked_at = now.at
    if (now.reachability, now.reason) == (known.reachability, known.reason):
        return None
    identity.reachability, identity.reason = now.reachability, now.reason
    touch(row)
    return row


def reached_at(session: Session, scheme: Scheme, value: str) -> ContactRow | None:
    """The contact that has an address, kept from others; None where nobody can or does."""
    try:
        return store.owner(session, wanted(session, scheme, value).key, lock=True)
    except Invalid:
        return None  # nobody has what is no address


def place(session: Session, zone: str, version: int, *, anew: bool = False) -> None:
    """Remember in which country the organisation is at home; an older version is ignored, and the
    same one, unless it is made `anew`."""
    row = store.organisation(session)
    if row is None:
        row = OrganisationRow(region=None, version=-1)
        session.add(row)
    if version > row.version or (anew and version == row.version):
        row.region, row.version = phone.region_of_zone(zone), version


def parse_address(scheme: Scheme, value: str, region: str | None, at: str) -> Address:
    try:
        return address.parse(scheme, value, region)
    except ValueError as error:
        raise Invalid.field("contacts.invalid", at, str(error)) from None


def _new(id: UUID) -> ContactRow:
    now = dt.datetime.now(dt.UTC)
    return ContactRow(
        id=id,
        kind=ContactKind.UNKNOWN,
        name="",
        company="",
        notes="",
        created_at=now,
        updated_at=now,
        is_company=False,
        company_id=None,
        position_held="",
        channel=None,
        external_id="",
        tags=[],
        fields={},
        consents=[],
        merged_into=None,
        erased=False,
    )


def write(session: Session, row: ContactRow, profile: Profile) -> bool:
    """Put the profile into the row; returns whether that changed it."""
    # Whatever is to be looked up comes first: a query in the midst of a change flushes the first
    # half of it, which counts as a change of its own and may break a key.
    company = _company(session, row, profile)
    own = _with_fields(session, row.fields, profile.fields) if profile.fields else None
    external_id = _free_external_id(session, row, profile.external_id)
    before, company_before = _profile(row), row.company
    if profile.name is not None:
        row.name = person.check_name(profile.name, "name")
        row.sort_name = folded(row.name)[: person.LONGEST_NAME]
    if profile.kind is not None:
        row.kind = profile.kind
    if profile.is_company is not None:
        row.is_company = profile.is_company
    if profile.company is not None:
        row.company = person.clean_line(profile.company)
    if profile.position is not None:
        row.position_held = person.clean_line(profile.position)
    if profile.language is not None:
        row.language = profile.language
    if profile.zone is not None:
        row.zone = person.check_zone(profile.zone)
    if profile.channel is not None:
        row.channel = profile.channel
    if profile.notes is not None:
        row.notes = person.clean_text(profile.notes)
    if profile.tags is not None:
        row.tags = person.clean_tags(profile.tags)
    if row.company_id is not None and row.company != company_before:
        row.company_id = None  # who is called otherwise is another company
    for each in profile.clear:
        setattr(row, each.value, None)
    if company is not None:
        row.company_id, row.company = company.id, company.name
    if own is not None:
        row.fields = own
    if external_id is not None:
        row.external_id = external_id
    changed = _profile(row) != before
    if changed:
        touch(row)
    return changed


def _company(session: Session, row: ContactRow, profile: Profile) -> ContactRow | None:
    """The company that the profile names; Invalid where it is none, or the contact is one."""
    if profile.company_id is None:
        return None
    # Kept from others: it may be merged or renamed, and whoever does that tells its people.
    company = store.find(session, profile.company_id, lock=True)
    if company is not None and company.merged_into is not None:
        company = store.find(session, company.merged_into, lock=True)
    is_company = row.is_company if profile.is_company is None else profile.is_company
    if is_company:
        reason = "is for people: a company is in no other"
    elif company is None or not company.is_company or company.erased or company.id == row.id:
        reason = "is no company among the contacts"
    else:
        return company
    raise Invalid.field("contacts.invalid", "company_id", reason)


def _with_fields(
    session: Session, present: Mapping[str, FieldValue], given: Mapping[str, FieldValue | None]
) -> dict[str, FieldValue]:
    known = {each.key: definition_of(each) for each in remarks.fields(session)}
    merged = {**present, **fields.check(given, known)}
    return {key: value for key, value in merged.items() if value is not None}


def _free_external_id(session: Session, row: ContactRow, given: str | None) -> str | None:
    """`given` as it is kept; Conflict `contacts.external_id_taken` where another has it."""
    if given is None:
        return None
    external_id = person.clean_line(given)
    other = store.by_external_id(session, external_id) if external_id else None
    if other not in (None, row.id):
        raise Conflict(
            "contacts.external_id_taken",
            "Another contact has this external id",
            contact_id=str(other),
        )
    return external_id


def _profile(row: ContactRow) -> tuple[object, ...]:
    return (
        row.name,
        row.kind,
        row.company,
        row.language,
        row.zone,
        row.notes,
        row.is_company,
        row.company_id,
        row.position_held,
        row.channel,
        row.tags,
        row.fields,
        row.external_id,
    )


def better_name(row: ContactRow, name: str) -> str | None:
    """`name`, where the contact is only called by an address so far and that is another."""
    name = person.clean_line(name)[: person.LONGEST_NAME].strip()
    displays = [person.name_for("", identity.display) for identity in row.identities]
    unnamed = row.kind is ContactKind.UNKNOWN and row.name in displays
    return name if unnamed and name and name != row.name else None


def give(row: ContactRow, new: Address) -> bool:
    """Give the address to the contact; returns whether it did not have it."""
    if store.identity(row, new.scheme, new.key) is not None:
        return False
    theirs = next((each for each in row.addresses if each.key == new.key), None)
    if theirs is None:
        theirs = AddressRow(key=new.key)
        row.addresses.append(theirs)
    positions = [identity.position for identity in row.identities]
    row.identities.append(
        IdentityRow(
            id=new_id(),
            address=theirs,
            key=new.key,
            scheme=new.scheme,
            value=new.value,
            display=new.display,
            position=max(positions, default=-1) + 1,
            reachability=Reachability.UNKNOWN,
        )
    )
    touch(row)
    return True


def _refuse_taken(session: Session, row: ContactRow, new: Address) -> None:
    """Conflict `contacts.identity_taken` where the address is another contact's."""
    other = store.owner(session, new.key)
    if other not in (None, row):
        raise Conflict(
            "contacts.identity_taken",
            f"{new.display} belongs to {other.name}",
            contact_id=str(other.id),
            value=new.value,
        )


def touch(row: ContactRow, reached_at: Sequence[IdentityRow | KeptIdentity] | None = None) -> None:
    """Count a change of the contact, in whichever of its rows it happened. `reached_at` are its
    identities, where they are about to be others."""
    identities = row.identities if reached_at is None else reached_at
    values = [text for each in identities for text in (each.value, each.display)]
    row.searched = searched(row.name, row.company, values)
    row.updated_at = dt.datetime.now(dt.UTC)
    flag_modified(row, "searched")


def reemploy(session: Session, companies: Collection[UUID]) -> list[ContactRow]:
    """Let the people of these companies be in what those are now, by its name: they were renamed,
    merged or taken apart. Answers with whom that changed."""
    changed = []
    for people in store.people_of(session, companies):
        ids = {each.company_id for each in people if each.company_id is not None}
        now = store.now(session, ids)
        moved = []
        for each in people:
            employer = now.get(each.company_id) if each.company_id is not None else None
            if employer is not None and employer != (each.employer_id, each.company):
                each.employer_id, each.company = employer
                touch(each)
                moved.append(each)
        session.flush()
        for each in moved:
            set_marks(session, each)
        changed += moved
    return changed


def set_marks(session: Session, row: ContactRow) -> None:
    """Let the contact be found by what it is now."""
    alike = marks.likenesses(
        row.name, row.company, [(each.scheme, each.value) for each in row.identities]
    )
    gone = row.erased or row.merged_into is not None
    wanted = set() if gone else marks.marks(row.tags, row.fields, row.consents, alike)
    store.set_marks(session, row.id, wanted)
