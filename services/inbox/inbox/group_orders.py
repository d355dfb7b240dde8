"""What people order of groups, checked here and handed to the channel's gateway."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import Ability, ConnectionChanged
from contracts.common import Channel
from contracts.contacts import Contact
from contracts.groups import GroupAction, GroupState, Membership, WhatsAppGroupOrdered
from contracts.inbox import Draft, Group, Problem, Recipient
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.context import Context, current
from fairlead.errors import Conflict, Invalid
from fairlead.store import new_id

from . import grouping, knowing
from .domain import chatting, content, recipients
from .domain.knowledge import Knowledge
from .domain.recipients import Party
from .outgoing import request_reused
from .store import contact_merges, groups, requests
from .store.groups import GroupRow, ParticipantRow

INVALID = "inbox.group_invalid"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A group that somebody wants, as it was found to be possible."""

    connection: ConnectionChanged
    subject: str
    itinerary_id: UUID | None
    parties: Sequence[Party]

    @property
    def strangers(self) -> dict[str, str]:
        """Those who are no contacts yet: address to name."""
        return strangers(self.parties)


def strangers(parties: Sequence[Party]) -> dict[str, str]:
    """Of these, who is no contact yet: address to name."""
    return {each.mailbox.address: each.mailbox.name for each in parties if not each.contact}


def wanted(
    session: Session,
    connection_id: UUID | None,
    subject: str,
    itinerary_id: UUID | None,
    participants: Sequence[Recipient],
    context: Context,
) -> Wanted:
    """A group as it would be made; raises Invalid that names every field, and Conflict where the
    number cannot have groups."""
    parties, problems, known = _parties(session, participants, itinerary_id, context)
    problems += _subject(subject)
    connection = known.connection(Channel.WHATSAPP, connection_id)
    if itinerary_id is not None and itinerary_id not in known.trips:
        problems.append(Problem(field="itinerary_id", reason="there is no such itinerary"))
    if connection is None:
        problems.append(Problem(field="connection_id", reason="there is no such WhatsApp number"))
    if not parties and not problems:
        problems.append(Problem(field="participants", reason="name somebody beside ourselves"))
    _check(problems)
    assert connection is not None, "it was a problem else"
    if Ability.GROUPS not in connection.abilities:
        raise Conflict(
            "inbox.no_groups",
            f"“{connection.label}” cannot have groups; a number that is linked by scanning can",
        )
    return Wanted(connection, subject.strip(), itinerary_id, parties)


def fulfilled(session: Session, request_id: str, digest: str) -> Group | None:
    """The group that this request made before; raises Conflict where it was for another one."""
    request = requests.get(session, request_id)
    if request is None:
        return None
    if request.digest != digest:
        raise request_reused()
    return groups.view(session, request.message_ids[0])


def create(
    session: Session,
    wish: Wanted,
    request_id: str,
    mark: str,
    met: Mapping[str, Contact],
    now: dt.datetime,
) -> Group:
    """Have the group made; a request that was fulfilled meanwhile answers with its group."""
    request = requests.claim(session, request_id, mark, now)
    if request is None:
        done = fulfilled(session, request_id, mark)
        assert done is not None  # it was fulfilled by another transaction
        return done
    who = current()
    row = GroupRow(
        id=new_id(), version=0, channel=Channel.WHATSAPP,
        connection_id=wish.connection.connection_id, conversation_id=None, address=None,
        subject=wish.subject, itinerary_id=wish.itinerary_id, state=GroupState.MAKING, reason=None,
        invitation=None, told=0, made_at=now, made_by=who.user,
        made_name=(who.user_name or wish.connection.label)[:200],
    )  # fmt: skip
    session.add(row)
    session.flush()
    request.message_ids = [row.id]
    addresses = _ask(session, row, wish.parties, met, now)
    _order(session, row, GroupAction.CREATE, now, subject=wish.subject, addresses=addresses)
    _record(session, row, "group.created")
    return grouping.view(session, row)


def update(
    session: Session,
    id: UUID,
    version: int,
    subject: str,
    itinerary_id: UUID | None,
    context: Context,
    now: dt.datetime,
) -> Group:
    """Call it otherwise, which shows once the network has it; or let it be of another trip."""
    row = groups.expected(session, id, version)
    _expect_open(row)
    problems = _subject(subject)
    known = knowing.gather(session, Draft(itinerary_id=itinerary_id), context)
    if itinerary_id is not None and itinerary_id not in known.trips:
        problems.append(Problem(field="itinerary_id", reason="there is no such itinerary"))
    _check(problems)
    row.itinerary_id = itinerary_id
    if subject.strip() != row.subject:
        _order(session, row, GroupAction.RENAME, now, subject=subject.strip())
        _record(session, row, "group.renamed", after={"subject": subject.strip()})
    return grouping.view(session, row)


def parties(
    session: Session, id: UUID, participants: Sequence[Recipient], context: Context
) -> list[Party]:
    """These as they can be put into a group that is there; raises NotFound, Conflict, Invalid."""
    row = groups.known(session, id)
    if row is None:
        raise groups.not_found()
    _expect_open(row)
    found, problems, _ = _parties(session, participants, None, context)
    _check(problems)
    return found


def add(
    session: Session,
    id: UUID,
    found: Sequence[Party],
    met: Mapping[str, Contact],
    now: dt.datetime,
) -> Group:
    """Ask the network to let these in."""
    row = groups.locked(session, id)
    _expect_open(row)
    addresses = _ask(session, row, found, met, now)
    if addresses:
        _order(session, row, GroupAction.ADD, now, addresses=addresses)
        _record(session, row, "group.participants_added", after={"to": addresses})
    return grouping.view(session, row)


def remove(
    session: Session, id: UUID, participants: Sequence[Recipient], now: dt.datetime
) -> Group:
    """Have these taken out."""
    row = groups.locked(session, id)
    _expect_open(row)
    inside = groups.participants(session, [row.id])[row.id]
    found, problems = [], []
    for number, each in enumerate(participants):
        participant = _inside(session, inside, each)
        if participant is None:
            reason = "is not in the group"
            problems.append(Problem(field=f"participants[{number}]", reason=reason))
        else:
            found.append(participant.address)
    _check(problems)
    addresses = list(dict.fromkeys(found))
    _order(session, row, GroupAction.REMOVE, now, addresses=addresses)
    _record(session, row, "group.participants_removed", after={"to": addresses})
    return grouping.view(session, row)


def leave(session: Session, id: UUID, reason: str, now: dt.datetime) -> Group:
    """Have our number leave it."""
    row = groups.locked(session, id)
    _expect_open(row)
    _order(session, row, GroupAction.LEAVE, now)
    _record(session, row, "group.left", after={"reason": reason})
    return grouping.view(session, row)


def _parties(
    session: Session,
    participants: Sequence[Recipient],
    itinerary_id: UUID | None,
    context: Context,
) -> tuple[list[Party], list[Problem], Knowledge]:
    draft = Draft(channel=Channel.WHATSAPP, to=list(participants), itinerary_id=itinerary_id)
    known = knowing.gather(session, draft, context)
    found, problems = recipients.each(participants, "participants", Channel.WHATSAPP, known)
    for number, each in enumerate(participants):
        address = each.address or ""
        if address and not chatting.is_account(address):
            field = f"participants[{number}].address"
            reason = "is no WhatsApp account: a number with its country code"
            problems.append(Problem(field=field, reason=reason))
    return found, problems, known


def _ask(
    session: Session,
    row: GroupRow,
    found: Sequence[Party],
    met: Mapping[str, Contact],
    now: dt.datetime,
) -> list[str]:
    """Let these stand as asked in; returns the addresses of those for whom that is news."""
    inside = {each.key: each for each in groups.participants(session, [row.id])[row.id]}
    asked = []
    for party in found:
        address = party.mailbox.address
        known = inside.get(address.casefold())
        if known is not None and known.standing in (Membership.ADDED, Membership.ASKED):
            continue
        asked.append(address)
        if known is not None:
            known.standing, known.reason, known.since = Membership.ASKED, None, now
            continue
        contact = party.contact or met.get(address)
        session.add(
            ParticipantRow(
                group_id=row.id, key=address.casefold(), address=address,
                name=(contact.name if contact else party.mailbox.name) or address,
                contact_id=contact.id if contact else None, standing=Membership.ASKED, reason=None,
                admin=False, since=now, history=[],
            )
        )  # fmt: skip
    return asked


def _inside(
    session: Session, inside: Sequence[ParticipantRow], wanted: Recipient
) -> ParticipantRow | None:
    """Who of those in the group is meant, by contact or by address."""
    here = [each for each in inside if each.standing in (Membership.ADDED, Membership.UNKNOWN)]
    if wanted.contact_id is not None:
        together = contact_merges.parts(session, [wanted.contact_id])
        return next((each for each in here if each.contact_id in together), None)
    address = chatting.plain(wanted.address or "").casefold()
    return next((each for each in here if each.key == address), None)


def _order(
    session: Session,
    row: GroupRow,
    action: GroupAction,
    now: dt.datetime,
    *,
    subject: str = "",
    addresses: Sequence[str] = (),
) -> None:
    publish(
        session,
        WhatsAppGroupOrdered(
            id=new_id(),
            group_id=row.id,
            connection_id=row.connection_id,
            action=action,
            ordered_at=now,
            subject=subject,
            addresses=list(addresses),
        ),
    )


def _record(
    session: Session, row: GroupRow, action: str, after: Mapping[str, object] | None = None
) -> None:
    if current().user is not None:
        record(
            session, action, entity="group", id=row.id, label=row.subject, after=dict(after or {})
        )


def _expect_open(row: GroupRow) -> None:
    if row.state is not GroupState.OPEN:
        reason = recipients.CLOSED[row.state]
        raise Conflict("inbox.group_not_open", reason[:1].upper() + reason[1:])


def _subject(subject: str) -> list[Problem]:
    if not subject.strip():
        return [Problem(field="subject", reason="give the group a name")]
    if content.has_control_characters(subject):
        return [Problem(field="subject", reason="must be a single line")]
    return []


def _check(problems: Sequence[Problem]) -> None:
    if problems:
        raise Invalid.fields(INVALID, {each.field: each.reason for each in problems})
