"""Gathers what the inbox knows for one draft, in a few queries and without asking anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import Mailbox
from contracts.common import Channel
from contracts.contacts import Contact, Scheme
from contracts.groups import Membership
from contracts.inbox import Draft, Template
from fairlead.context import Context, Role

from .domain import templates as shipped
from .domain.addresses import normalised, spellings
from .domain.attaching import file_ids
from .domain.conversations import Earlier
from .domain.knowledge import Knowledge, KnownGroup
from .domain.recipients import Party
from .store import (
    contact_merges,
    files,
    groups,
    messages,
    people,
    proposals,
    settings,
    templates,
    trips,
)
from .store.groups import GroupRow

STAFF = frozenset({Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER})


def gather(session: Session, draft: Draft, context: Context) -> Knowledge:
    """What `draft` needs, as the organisation of `session` knows it."""
    answered = _answered(session, draft)
    trip_ids = trips.of_services(session, draft.service_ids)
    if draft.itinerary_id is not None:
        trip_ids.add(draft.itinerary_id)
    if answered is not None:
        trip_ids.update(answered.itinerary_ids)
    known_trips = trips.by_id(session, trip_ids)
    wanted = [*draft.to, *draft.cc, *draft.bcc]
    people_ids = {each.contact_id for each in wanted if each.contact_id is not None} | {
        planned.details.supplier_id
        for trip in known_trips.values()
        for planned in trip.services
        if planned.id in draft.service_ids and planned.details.supplier_id is not None
    }
    addresses = {each.address for each in wanted if each.address is not None}
    if answered is not None:
        addresses.update(box.address for box in answered.reply_to)
    is_person = context.role in STAFF
    chosen = _template(session, draft)
    return Knowledge(
        organisation=settings.organisation(session),
        author=settings.user(session, context.user) if is_person else None,
        author_name=(context.user_name or "") if is_person else "",
        contacts=_people(session, people_ids),
        by_rule=not is_person,
        by_address=_owners(session, addresses, draft.channel),
        trips=known_trips,
        connections=settings.connections(session),
        templates={each.id: each for each in chosen},
        variants=[other for each in chosen for other in _variants(session, each)],
        offers=proposals.latest(session, known_trips),
        standards=templates.standards(session, draft.kind, draft.channel),
        files=files.by_id(session, file_ids(draft)),
        answered=answered,
        group=_group(session, draft, answered),
    )


def _group(session: Session, draft: Draft, answered: Earlier | None) -> KnownGroup | None:
    """The group that a draft goes to: it is named, or what is answered was said in it."""
    row = None
    if draft.group_id is not None:
        row = groups.known(session, draft.group_id)
    elif answered is not None and not draft.to:
        row = groups.of_conversation(session, answered.conversation_id)
    return known_group(session, row) if row is not None else None


def known_group(session: Session, row: GroupRow) -> KnownGroup:
    """A group as the rules see it."""
    inside = groups.participants(session, [row.id])[row.id]
    present = [each for each in inside if each.standing is Membership.ADDED]
    who = groups.contacts_of(session, present)
    members = []
    for each in present:
        contact = who.get(each.contact_id) if each.contact_id else None
        name = (contact.name if contact else each.name)[:200]
        members.append((Mailbox(address=each.address, name=name), contact.id if contact else None))
    return KnownGroup(
        id=row.id,
        connection_id=row.connection_id,
        conversation_id=row.conversation_id,
        address=row.address or "",
        subject=row.subject,
        state=row.state,
        itinerary_id=row.itinerary_id,
        members=tuple(members),
    )


def again(
    session: Session, parties: Iterable[Party], channel: Channel, known: Knowledge
) -> Knowledge:
    """`known` with these recipients as they are now, each under the id that he had then."""
    parties = list(parties)
    ids = {each.contact.id for each in parties if each.contact}
    owners = _entered(session, {each.mailbox.address for each in parties}, channel)
    now = _people(session, ids | {each.id for each in owners.values()})
    return replace(
        known,
        contacts={id: now[id] for id in ids if id in now},
        by_address={address: now.get(each.id, each) for address, each in owners.items()},
    )


def _owners(session: Session, addresses: Iterable[str], channel: Channel) -> dict[str, Contact]:
    """The contacts who have these addresses, or whom they are part of now."""
    owners = _entered(session, addresses, channel)
    now = _people(session, {each.id for each in owners.values()})
    return {address: now.get(each.id, each) for address, each in owners.items()}


def _entered(session: Session, addresses: Iterable[str], channel: Channel) -> dict[str, Contact]:
    """The contacts in whose entries these addresses stand."""
    spelled: dict[Scheme, dict[str, str]] = {}
    for address in addresses:
        try:
            value = normalised(address, channel)
        except ValueError:
            continue  # composing names what is wrong with it
        for scheme, spelling in spellings(value, channel):
            spelled.setdefault(scheme, {})[spelling.casefold()] = value.casefold()
    found: dict[str, Contact] = {}
    for scheme, values in spelled.items():
        for spelling, contact in people.by_address(session, scheme, values).items():
            found[values[spelling]] = contact
    return found


def _people(session: Session, ids: set[UUID]) -> dict[UUID, Contact]:
    """The contacts with these ids, or those whom they are part of now."""
    into = contact_merges.survivors(session, ids)
    found = people.by_id(session, {into.get(id, id) for id in ids})
    return {id: found[into.get(id, id)] for id in ids if into.get(id, id) in found}


def _answered(session: Session, draft: Draft) -> Earlier | None:
    if draft.in_reply_to is None:
        return None
    row = messages.get(session, draft.in_reply_to)
    return messages.earlier(row) if row else None


def _template(session: Session, draft: Draft) -> list[Template]:
    if draft.template_id is None:
        return []
    built_in = shipped.built_in().get(draft.template_id)
    if built_in is not None:
        return [built_in]
    row = templates.get(session, draft.template_id)
    return [templates.view_of(row)] if row else []


def _variants(session: Session, template: Template) -> list[Template]:
    return (
        shipped.variants(template) if template.built_in else templates.variants(session, template)
    )
