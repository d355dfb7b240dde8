"""Groups: what people ask of them, and what becomes of it as gateways tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import Channel
from contracts.consents import ConsentKind
from contracts.contacts import Contact
from contracts.groups import GroupChanged, GroupMember, GroupState, Membership
from contracts.inbox import ChatGroupChanged, Draft, Group, Recipient
from fairlead.bus import publish
from fairlead.context import Context, Role, current

from . import changes, noting
from .domain import grouping as rules
from .domain.addresses import SCHEME
from .domain.grouping import Happening
from .store import groups, holding, people
from .store.conversations import ConversationRow
from .store.groups import GroupRow, ParticipantRow


def strangers(session: Session, event: GroupChanged) -> dict[str, GroupMember]:
    """Those in a group of whom it is not known who they are, by their addresses."""
    inside = groups.participants(session, [event.group_id])[event.group_id]
    known = {each.key for each in inside if each.contact_id is not None}
    known |= people.by_address(session, SCHEME[event.channel], _addresses(event)).keys()
    return {each.address: each for each in event.members if not known & set(_keys(each))}


def take(
    session: Session, event: GroupChanged, met: Mapping[str, Contact], now: dt.datetime
) -> None:
    """Write down what a gateway tells, unless something newer was told; `met` are the strangers.

    What is known already is written once more: a copy of the group may have been faster than the
    event, and knows no strangers.
    """
    row = groups.find(session, event.group_id)
    if row is None:
        row = _new(session, event, now)
    if event.version < row.told:
        return
    news = event.version > row.told
    first, was = row.conversation_id is None, (row.state, row.subject)
    known = people.by_address(session, SCHEME[event.channel], _addresses(event))
    who = {**known, **{address.casefold(): contact for address, contact in met.items()}}
    there = _participants(session, row)
    before: dict[str, Membership] = {}
    inside: dict[str, ParticipantRow] = {}
    for member in event.members:
        participant = _joined(session, _known_of(member, there))
        if participant is None:
            participant = ParticipantRow(group_id=row.id, contact_id=None, name="")
            session.add(participant)
        else:
            before[member.address.casefold()] = participant.standing
        _write(participant, member, who)
        inside[participant.key] = participant
    session.flush()
    row.told, row.address, row.state, row.reason = (
        event.version, event.address, event.state, event.reason,
    )  # fmt: skip
    row.subject = event.subject or row.subject
    row.invitation = event.invitation or row.invitation
    conversation = _conversation(session, row)
    if news:
        _tell(session, row)
    if conversation is None or not news:
        return
    happened = list(_happened(session, row, was, before, inside, first=first))
    for each in happened:
        about = [inside[key] for key in each.about]
        noting.note(session, conversation, row, each, about, event.at)
    changes.tell(session, "group_changed", conversation.id)


def invitations(session: Session, event: GroupChanged) -> list[tuple[str, Draft]]:
    """The messages to those who could not be added, each with the name that makes it leave once;
    for a group that was made here, whose people wanted them in it."""
    row = groups.known(session, event.group_id)
    if row is None or event.invitation is None or event.version < row.told or not row.made_name:
        return []
    there = _participants(session, row)
    told = {each.address.casefold(): each for each in event.members}
    inside = {key: rows[0] for key, each in told.items() if (rows := _known_of(each, there))}
    before = {key: each.standing for key, each in inside.items()}
    if event.version == row.told:  # a copy was faster: whom the event is about stands so already
        before = {key: each for key, each in before.items() if told[key].at != event.at}
    now = {key: each.standing for key, each in told.items()}
    known = groups.contacts_of(session, list(inside.values()))
    drafts = []
    for key in rules.newly_invited(before, now):
        participant = inside.get(key)
        contact_id = participant.contact_id if participant else None
        contact = known.get(contact_id) if contact_id else None
        words = rules.invitation(
            row.subject, event.invitation, contact.language if contact else None
        )
        draft = Draft(
            channel=Channel.WHATSAPP,
            connection_id=row.connection_id,
            itinerary_id=row.itinerary_id,
            to=[Recipient(contact_id=contact.id if contact else None, address=told[key].address)],
            text=words,
            purpose=ConsentKind.SERVICE,
            undo=True,
        )
        moments = len(told[key].history)
        drafts.append((f"invitation:{row.id}:{key}:{moments}"[:100], draft))
    return drafts


def author(session: Session, id: UUID) -> Context:
    """As whom the invitations of a group leave: who made it."""
    row = groups.known(session, id)
    made_by = row.made_by if row is not None else None
    return Context(
        role=Role.USER if made_by else Role.SERVICE,
        organisation=current().need_organisation(),
        user=made_by,
        user_name=row.made_name if row is not None else None,
        request=current().request,
    )


def view(session: Session, row: GroupRow) -> Group:
    """A group as it is after a change of ours, which those who look at it are told."""
    session.flush()
    if row.conversation_id is not None:
        changes.tell(session, "group_changed", row.conversation_id)
    return _tell(session, row)


def _tell(session: Session, row: GroupRow) -> Group:
    group = groups.view(session, row.id)
    publish(session, ChatGroupChanged(group=group))
    return group


def _new(session: Session, event: GroupChanged, now: dt.datetime) -> GroupRow:
    row = GroupRow(
        id=event.group_id, channel=event.channel, connection_id=event.connection_id,
        conversation_id=None, address=None, subject=event.subject, itinerary_id=None,
        state=event.state, reason=None, invitation=None, told=0, made_at=now, made_by=None,
        made_name="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _conversation(session: Session, row: GroupRow) -> ConversationRow | None:
    if row.address is None:
        return None
    found = holding.of_group(
        session, row.channel, row.connection_id, row.address, row.subject, row.id
    )
    row.conversation_id = found.id
    return found


def _participants(session: Session, row: GroupRow) -> dict[str, ParticipantRow]:
    return {each.key: each for each in groups.participants(session, [row.id])[row.id]}


def _known_of(member: GroupMember, there: Mapping[str, ParticipantRow]) -> list[ParticipantRow]:
    """What is known of `member`, what a gateway told first: he may have been called by another of
    his addresses, or asked for by his number and told of by a hidden name."""
    found = [there[key] for key in dict.fromkeys(_keys(member)) if key in there]
    return sorted(found, key=lambda each: each.standing is Membership.ASKED)


def _joined(session: Session, found: list[ParticipantRow]) -> ParticipantRow | None:
    """The first of them; the others are the same person, and go."""
    for double in found[1:]:
        session.delete(double)
    session.flush()  # before the first takes the key of one that goes
    return found[0] if found else None


def _write(row: ParticipantRow, member: GroupMember, who: Mapping[str, Contact]) -> None:
    contact = next((who[key] for key in _keys(member) if key in who), None)
    row.key, row.address = member.address.casefold(), member.address
    row.contact_id = row.contact_id or (contact.id if contact else None)
    row.name = member.name or row.name or (contact.name if contact else "") or member.address
    row.standing, row.reason, row.admin = member.standing, member.reason, member.admin
    row.since, row.history = member.at, member.history


def _addresses(event: GroupChanged) -> list[str]:
    return [address for each in event.members for address in _keys(each)]


def _keys(member: GroupMember) -> list[str]:
    return [each.casefold() for each in (member.address, *member.also)]


def _happened(
    session: Session,
    row: GroupRow,
    was: tuple[GroupState, str],
    before: Mapping[str, Membership],
    inside: Mapping[str, ParticipantRow],
    *,
    first: bool,
) -> Sequence[Happening]:
    who = groups.contacts_of(session, list(inside.values()))
    names = {
        key: who[each.contact_id].name if each.contact_id in who else each.name
        for key, each in inside.items()
    }
    now = {key: each.standing for key, each in inside.items()}
    reasons = {key: each.reason for key, each in inside.items()}
    told = rules.happenings(before, now, names, reasons)
    state, subject = was
    if first:
        if not row.made_name:  # what was there before we heard of it is no news
            return []
        return [rules.made(row.made_name, row.subject), *told]
    if row.subject != subject:
        told.append(rules.renamed(row.subject))
    if row.state is GroupState.LEFT and state is not GroupState.LEFT:
        told.append(rules.closed(row.reason))
    return told
