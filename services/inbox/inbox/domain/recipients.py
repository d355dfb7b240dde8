"""To whom a draft goes: contacts and addresses made into parties, each once (missions A2, B3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contracts.channels import Mailbox, RecipientRole
from contracts.common import Channel
from contracts.contacts import Contact
from contracts.groups import GroupState
from contracts.inbox import Draft, Problem, Recipient
from contracts.itineraries import Itinerary, Service
from fairlead.store.identity import new_id

from .addresses import CALLED, normalised
from .content import has_control_characters, one_line
from .knowledge import Knowledge, address_of

NAME_LIMIT = 200  # contracts.channels.Mailbox
CLOSED = {
    GroupState.MAKING: "the group is still being made",
    GroupState.UNCERTAIN: "whether the group was made is not known",
    GroupState.FAILED: "the group was never made",
    GroupState.LEFT: "our number is not in this group any more",
}
Chosen = tuple[Itinerary, Service]


@dataclass(frozen=True, slots=True)
class Party:
    """One recipient: where in the mail, at which address, and which contact it is, if known.

    The delivery has its id before it is stored, so that it can be paid before.
    """

    role: RecipientRole
    mailbox: Mailbox
    contact: Contact | None
    delivery_id: UUID = field(default_factory=new_id, compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Who gets one message together, and about which services; no parties where none is known."""

    parties: list[Party]
    services: list[Chosen]
    problems: list[Problem]


def groups(draft: Draft, services: Sequence[tuple[int, Chosen]], known: Knowledge) -> list[Group]:
    """The messages that `draft` becomes: one to all of `to`, or one to each supplier.

    `services` come with their index in the draft. Suppliers who share an address get one message.
    Never empty.
    """
    if draft.group_id is not None or known.group is not None:
        return [_to_group(draft, [service for _, service in services], known)]
    copies, problems = _copies(draft, known)
    chosen = [service for _, service in services]
    if draft.to or draft.in_reply_to is not None or not services:
        heads, wrong = _heads(draft, known)
        return [Group(_once(known, heads, copies), chosen, wrong + problems)]
    batches: dict[str, tuple[Party, list[Chosen]]] = {}
    failed: list[Group] = []
    for index, service in services:
        party = _supplier(f"service_ids[{index}]", service, draft.channel, known)
        if isinstance(party, Problem):
            failed.append(Group([], [service], [party, *problems]))
        else:
            address = party.mailbox.address.casefold()
            batches.setdefault(address, (party, []))[1].append(service)
    made = [
        Group(_once(known, [party], copies), batch, list(problems))
        for party, batch in batches.values()
    ]
    return made + failed


def each(
    wanted: Iterable[Recipient], path: str, channel: Channel, known: Knowledge
) -> tuple[list[Party], list[Problem]]:
    """These as parties, each address once, our own ones left out; and what is wrong with others."""
    parties, problems = _each(wanted, path, RecipientRole.TO, channel, known)
    seen = {party.mailbox.address.casefold(): party for party in reversed(parties)}
    kept = [each for each in seen.values() if not known.is_own_address(each.mailbox.address)]
    return kept[::-1], problems


def _to_group(draft: Draft, chosen: list[Chosen], known: Knowledge) -> Group:
    group = known.group
    if group is None:
        return Group([], chosen, [Problem(field="group_id", reason="there is no such group")])
    problems = [
        Problem(field=field, reason="a message to a group goes to nobody else")
        for field in ("to", "cc", "bcc")
        if getattr(draft, field)
    ]
    if draft.channel is not Channel.WHATSAPP:
        problems.append(Problem(field="channel", reason="the group is one of WhatsApp"))
    if draft.connection_id not in (None, group.connection_id):
        problems.append(Problem(field="connection_id", reason="another number is in the group"))
    if group.state is not GroupState.OPEN:
        problems.append(Problem(field="group_id", reason=CLOSED[group.state]))
    mailbox = Mailbox(address=group.address, name=one_line(group.subject)[:NAME_LIMIT])
    return Group([Party(RecipientRole.TO, mailbox, None)], chosen, problems)


def _heads(draft: Draft, known: Knowledge) -> tuple[list[Party], list[Problem]]:
    if draft.to or draft.in_reply_to is None:
        parties, problems = _each(draft.to, "to", RecipientRole.TO, draft.channel, known)
    else:
        wanted = [
            Recipient(address=box.address, name=one_line(box.name))
            for box in (known.answered.reply_to if known.answered else [])
        ]
        parties, problems = _each(wanted, "to", RecipientRole.TO, draft.channel, known)
    if not parties and not problems:
        problems = [Problem(field="to", reason="name somebody to send it to")]
    elif parties and all(known.is_own_address(party.mailbox.address) for party in parties):
        problems.append(Problem(field="to", reason="these are your own addresses only"))
    return parties, problems


def _copies(draft: Draft, known: Knowledge) -> tuple[list[Party], list[Problem]]:
    if (draft.cc or draft.bcc) and draft.channel is not Channel.EMAIL:
        return [], [Problem(field="cc", reason="only an email can have copies")]
    cc, wrong_cc = _each(draft.cc, "cc", RecipientRole.CC, draft.channel, known)
    bcc, wrong_bcc = _each(draft.bcc, "bcc", RecipientRole.BCC, draft.channel, known)
    return cc + bcc, wrong_cc + wrong_bcc


def _each(
    wanted: Iterable[Recipient], path: str, role: RecipientRole, channel: Channel, known: Knowledge
) -> tuple[list[Party], list[Problem]]:
    parties: list[Party] = []
    problems: list[Problem] = []
    for index, recipient in enumerate(wanted):
        made = _party(recipient, f"{path}[{index}]", role, channel, known)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            parties.append(made)
    return parties, problems


def _once(known: Knowledge, heads: list[Party], copies: list[Party]) -> list[Party]:
    """Each address once, the first place winning; our own ones dropped where others remain."""
    seen: dict[str, Party] = {}
    for party in heads + copies:
        seen.setdefault(party.mailbox.address.casefold(), party)
    foreign = [p for p in seen.values() if not known.is_own_address(p.mailbox.address)]
    return foreign or list(seen.values())


def _party(
    wanted: Recipient, path: str, role: RecipientRole, channel: Channel, known: Knowledge
) -> Party | Problem:
    if has_control_characters(wanted.name):
        return Problem(field=f"{path}.name", reason="must be a single line")
    contact = None
    if wanted.contact_id is not None:
        contact = known.contacts.get(wanted.contact_id)
        if contact is None:
            return Problem(field=f"{path}.contact_id", reason="there is no such contact")
    address = wanted.address or (address_of(contact, channel) if contact else None)
    if address is None and contact is None:
        return Problem(field=path, reason="name a contact or an address")
    if address is None:
        reason = f"no {CALLED[channel]} is known of this contact"
        return Problem(field=f"{path}.contact_id", reason=reason)
    try:
        address = normalised(address, channel)
    except ValueError as error:
        field = "address" if wanted.address else "contact_id"
        return Problem(field=f"{path}.{field}", reason=str(error))
    contact = contact or known.by_address.get(address.casefold())
    name = contact.name if contact and contact.name != address else wanted.name
    return Party(role, Mailbox(address=address, name=one_line(name)[:NAME_LIMIT]), contact)


def _supplier(path: str, service: Chosen, channel: Channel, known: Knowledge) -> Party | Problem:
    details = service[1].details
    if details.supplier_id is None:
        return Problem(field=path, reason=f"“{details.name}” has no supplier")
    wanted = Recipient(contact_id=details.supplier_id)
    party = _party(wanted, path, RecipientRole.TO, channel, known)
    if isinstance(party, Problem):
        return Problem(field=path, reason=f"the supplier of “{details.name}”: {party.reason}")
    return party
