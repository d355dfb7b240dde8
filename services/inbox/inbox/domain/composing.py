"""A draft made into messages, with everything filled in and every obstacle named (mission A2).

Nothing here raises for a wrong draft: what stands in the way of sending is a list of problems, each
with the field of the draft that it is about, so that a preview shows all of them at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from contracts.channels import Mailbox, RecipientRole
from contracts.common import Channel, FileRef
from contracts.consents import ConsentKind
from contracts.contacts import Contact
from contracts.inbox import Draft, Hint, MessageKind, Preview, Problem

from . import attaching, consent, conversations, linking, wording
from .cancelling import why_off
from .conversations import Earlier
from .knowledge import Knowledge, KnownGroup
from .recipients import Chosen, Group, Party, groups
from .wording import ORDERS

MESSAGES_LIMIT = 50
_OFFERS = frozenset({MessageKind.PROPOSAL, MessageKind.PROPOSAL_UPDATE})


@dataclass(frozen=True, slots=True)
class Composed:
    """One message as it would leave."""

    parties: list[Party]
    connection_id: UUID | None
    conversation_id: UUID | None
    links: linking.Links
    service_ids: list[UUID]
    subject: str
    html: str
    text: str
    signature: str
    sender_name: str
    attachments: list[FileRef]
    references: list[str]
    purposes: frozenset[ConsentKind]
    problems: list[Problem]
    hints: list[Hint]
    answer_until: dt.datetime | None = None
    group: KnownGroup | None = None

    @property
    def lead(self) -> Party | None:
        """The first To recipient: whose conversation it is."""
        return self.parties[0] if self.parties else None

    def preview(self) -> Preview:
        """This message as the contract shows it."""
        lead = self.lead
        return Preview(
            to=self._boxes(RecipientRole.TO),
            cc=self._boxes(RecipientRole.CC),
            bcc=self._boxes(RecipientRole.BCC),
            contact_id=lead.contact.id if lead and lead.contact else None,
            connection_id=self.connection_id,
            itinerary_id=next(iter(self.links), None),
            service_ids=self.service_ids,
            subject=self.subject,
            html=self.html,
            text=self.text,
            signature=self.signature,
            attachments=self.attachments,
            problems=self.problems,
            hints=self.hints,
            answer_until=self.answer_until,
        )

    def with_window(
        self, until: dt.datetime | None, problems: Sequence[Problem], hints: Sequence[Hint]
    ) -> Composed:
        """The same with until when the network takes it, what keeps it from leaving, and what it
        makes of it."""
        together = _distinct([*self.problems, *problems])
        return replace(self, answer_until=until, problems=together, hints=[*self.hints, *hints])

    def _boxes(self, role: RecipientRole) -> list[Mailbox]:
        return [party.mailbox for party in self.parties if party.role is role]


def compose(draft: Draft, known: Knowledge) -> list[Composed]:
    """The messages that `draft` becomes; never empty."""
    services, problems = _services(draft, known)
    problems += _kind(draft) + _circumstances(draft, known)
    attachments, wrong = attaching.attached(draft, known)
    problems += wrong
    made = groups(draft, services, known)
    if len(made) > MESSAGES_LIMIT:
        problems.append(_problem("service_ids", f"more than {MESSAGES_LIMIT} suppliers at once"))
    return [_message(draft, group, attachments, problems, known) for group in made[:MESSAGES_LIMIT]]


def as_of_now(
    draft: Draft, message: Composed, met: Mapping[str, Contact], known: Knowledge
) -> Composed:
    """`message` to its recipients as they are `known` now, with what they blocked meanwhile.

    `met` are those who were nobody when it was composed, by their addresses.
    """
    parties = [
        replace(
            party,
            contact=known.contacts.get(party.contact.id, party.contact)
            if party.contact
            else met.get(party.mailbox.address),
        )
        for party in message.parties
    ]
    blocked = consent.problems(draft, message.purposes, parties, known)
    return replace(message, parties=parties, problems=_distinct([*message.problems, *blocked]))


def _message(
    draft: Draft,
    group: Group,
    attachments: list[FileRef],
    shared: Sequence[Problem],
    known: Knowledge,
) -> Composed:
    answered = known.answered
    connection = known.connection(draft.channel, _connection_id(draft, known))
    trips = list(dict.fromkeys(trip.id for trip, _ in group.services))
    links = linking.outbound(draft, trips, answered) or linking.in_group(known.group)
    signature = _signature(known) if draft.channel is Channel.EMAIL else ""
    template = wording.template_for(draft, group, known)
    words, problems = wording.write(draft, group, template, links, signature, known)
    purposes = consent.purposes(draft, template, known)
    problems += _about_one_trip(draft, links, known)
    problems += consent.problems(draft, purposes, group.parties, known)
    problems += _to_many(purposes, known)
    connection_id = connection.connection_id if connection else None
    return Composed(
        parties=group.parties,
        connection_id=connection_id,
        conversation_id=known.group.conversation_id
        if known.group
        else _conversation(group, connection_id, answered),
        links=links,
        service_ids=[planned.id for _, planned in group.services],
        subject=words.subject,
        html=words.html,
        text=words.text,
        signature=signature,
        sender_name=known.sender_name,
        attachments=attachments,
        references=conversations.chain(answered) if answered else [],
        purposes=purposes,
        problems=_distinct([*group.problems, *shared, *problems]),
        hints=[*_called_off(draft, group), *wording.hints(template, links, known)],
        group=known.group,
    )


def _connection_id(draft: Draft, known: Knowledge) -> UUID | None:
    """By which connection it leaves, where anything says so."""
    if known.group is not None:
        return known.group.connection_id
    return draft.connection_id or (known.answered.connection_id if known.answered else None)


def _to_many(purposes: Collection[ConsentKind], known: Knowledge) -> list[Problem]:
    """Nobody in a group can say that he wants no more of what all get."""
    if known.group is None or consent.BULK.isdisjoint(purposes):
        return []
    return [_problem("purpose", "marketing goes to people, not into a group")]


def _conversation(
    group: Group, connection_id: UUID | None, answered: Earlier | None
) -> UUID | None:
    if answered is None or not group.parties:
        return None
    lead = group.parties[0]
    contact_id = lead.contact.id if lead.contact else None
    if conversations.continues(answered, connection_id, contact_id, lead.mailbox.address):
        return answered.conversation_id
    return None


def _services(draft: Draft, known: Knowledge) -> tuple[list[tuple[int, Chosen]], list[Problem]]:
    chosen: dict[UUID, tuple[int, Chosen]] = {}
    problems: list[Problem] = []
    for index, service_id in enumerate(draft.service_ids):
        found = known.service(service_id)
        if found is None:
            problems.append(_problem(f"service_ids[{index}]", "there is no such service"))
        elif draft.itinerary_id not in (None, found[0].id) and not draft.from_concierge:
            reason = "this service belongs to another itinerary"
            problems.append(_problem(f"service_ids[{index}]", reason))
        else:
            chosen.setdefault(service_id, (index, found))
            if draft.kind in ORDERS and (off := why_off(*found)):
                problems.append(_problem(f"service_ids[{index}]", off))
    return list(chosen.values()), problems


def _called_off(draft: Draft, group: Group) -> list[Hint]:
    """What is said about services that will not take place, which a person may want to say."""
    return [
        Hint(field=f"service_ids[{draft.service_ids.index(planned.id)}]", reason=reason)
        for trip, planned in group.services
        if (reason := why_off(trip, planned))
    ]


def _kind(draft: Draft) -> list[Problem]:
    if draft.kind in ORDERS and not draft.service_ids:
        return [_problem("service_ids", f"a {_called(draft)} is about services")]
    return []


def _about_one_trip(draft: Draft, links: linking.Links, known: Knowledge) -> list[Problem]:
    if draft.kind is MessageKind.MESSAGE or draft.kind in ORDERS:
        return []
    if len(links) != 1:
        return [
            _problem("itinerary_id", f"name the one itinerary that this {_called(draft)} is of")
        ]
    if draft.kind in _OFFERS and not known.offers.keys() & links.keys():
        return [_problem("itinerary_id", "there is no proposal for this itinerary")]
    return []


def _called(draft: Draft) -> str:
    return draft.kind.value.replace("_", " ")


def _circumstances(draft: Draft, known: Knowledge) -> list[Problem]:
    problems = []
    if draft.exact and draft.channel is not Channel.SMS:
        problems.append(_problem("exact", "only a text message is for a machine"))
    if draft.itinerary_id is not None and draft.itinerary_id not in known.trips:
        problems.append(_problem("itinerary_id", "there is no such itinerary"))
    if draft.connection_id is not None:
        if known.connection(draft.channel, draft.connection_id) is None:
            problems.append(_problem("connection_id", "there is no such connection"))
    elif draft.channel is not Channel.EMAIL and known.connection(draft.channel, None) is None:
        problems.append(_problem("channel", f"{draft.channel.value} is not connected"))
    if draft.in_reply_to is not None and known.answered is None:
        problems.append(_problem("in_reply_to", "there is no such message"))
    elif known.answered is not None and known.answered.channel is not draft.channel:
        problems.append(_problem("in_reply_to", "that message came on another channel"))
    if draft.template_id is not None and draft.template_id not in known.templates:
        problems.append(_problem("template_id", "there is no such template"))
    return problems


def _signature(known: Knowledge) -> str:
    own = known.author.signature if known.author else ""
    return own or (known.organisation.settings.signature if known.organisation else "")


def _distinct(problems: list[Problem]) -> list[Problem]:
    return list({(problem.field, problem.reason): problem for problem in problems}.values())


def _problem(field: str, reason: str) -> Problem:
    return Problem(field=field, reason=reason)
