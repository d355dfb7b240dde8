"""Who blocked what (mission H4): nobody gets a message of a kind that he blocked.

What a message is, it says itself, and so do its kind and its template; one that says nothing is
what the trip needs, but towards somebody who wrote what it answers, it is a direct answer. Of a
rule nothing is guessed: its words need a purpose.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from contracts.channels import RecipientRole
from contracts.common import Channel
from contracts.consents import ConsentKind, may_answer, may_send
from contracts.contacts import Contact
from contracts.inbox import Direction, Draft, MessageKind, Problem, Template

from .knowledge import Knowledge
from .recipients import Party

# What goes to people who did not ask for it, and so has to say how to stop it (RFC 8058).
BULK = frozenset({ConsentKind.MARKETING, ConsentKind.REVIEW})

_CALLED = {Channel.EMAIL: "email", Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}


def purposes(draft: Draft, template: Template | None, known: Knowledge) -> frozenset[ConsentKind]:
    """What kinds of communication a draft, made with `template`, says that it is.

    A template for what the trip needs says nothing that a person's words do not; what it is for
    otherwise nobody takes from it, whatever the draft says.
    """
    said = set() if draft.purpose is None else {draft.purpose}
    if draft.kind is not MessageKind.MESSAGE:
        said.add(ConsentKind.SERVICE)
    if template is not None and (known.by_rule or template.purpose is not ConsentKind.SERVICE):
        said.add(template.purpose)
    return frozenset(said)


def problems(
    draft: Draft, said: Collection[ConsentKind], parties: Iterable[Party], known: Knowledge
) -> Iterator[Problem]:
    """A problem for each recipient who blocked this, at the field that he stands in."""
    if known.by_rule and not said and not _answers(known):
        reason = "a rule says what kind of communication it sends, itself or by a template"
        yield Problem(field="purpose", reason=reason)
    for party in parties:
        for person in _people(party, known):
            blocked = _blocked(person, party, said, draft.channel, known)
            if blocked is not None:
                yield Problem(
                    field=_field(party, draft),
                    reason=f"{person.name} blocked {blocked} by {_CALLED[draft.channel]}",
                )


def _blocked(
    person: Contact,
    party: Party,
    said: Collection[ConsentKind],
    channel: Channel,
    known: Knowledge,
) -> str | None:
    """What he blocked of it, in words."""
    answered = known.answered
    if not said and answered is not None and _answers(known) and _wrote(person, party, known):
        if may_answer(person.consents, answered.at, channel):
            return None
        return "all messages, after he wrote,"
    kinds = [each for each in ConsentKind if each in (said or (ConsentKind.SERVICE,))]
    found = [each.value for each in kinds if not may_send(person.consents, each, channel)]
    return f"{' and '.join(found)} messages" if found else None


def _answers(known: Knowledge) -> bool:
    return known.answered is not None and known.answered.direction is Direction.IN


def _wrote(person: Contact, party: Party, known: Knowledge) -> bool:
    """Whether he, or who reads his mail, wrote the message that is answered."""
    answered = known.answered
    if answered is None:
        return False
    wrote = {box.address.casefold() for box in answered.reply_to}
    return person.id == answered.contact_id or party.mailbox.address.casefold() in wrote


def _people(party: Party, known: Knowledge) -> list[Contact]:
    """Who it goes to: whom the draft names, and whose address it is, where that is another."""
    owner = known.by_address.get(party.mailbox.address.casefold())
    found = {each.id: each for each in (party.contact, owner) if each is not None}
    return list(found.values())


def _field(party: Party, draft: Draft) -> str:
    by_services = party.role is RecipientRole.TO and not draft.to and draft.in_reply_to is None
    return "service_ids" if by_services else party.role.value
