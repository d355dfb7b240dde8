"""The words of a message: written ones, those of a template, and the subject (missions A2, A8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.common import Channel
from contracts.inbox import Draft, Hint, MessageKind, Problem, Template, ValueSource
from contracts.itineraries import Itinerary
from contracts.whatsapp_gateway import FilledTemplate

from . import attaching, chatting, content, conversations, linking, templates, variables
from .knowledge import Knowledge
from .recipients import Group
from .sandbox import TemplateError
from .sources import source_of

# What is about services, and nothing without them.
ORDERS = frozenset({MessageKind.PURCHASE_ORDER, MessageKind.DUTY_MESSAGE})
SUBJECT_LIMIT = 500
TEXT_LIMIT = 100_000  # contracts.common.Text


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says. `text` is the alternative for readers without HTML."""

    subject: str = ""
    html: str = ""
    text: str = ""


def write(
    draft: Draft,
    group: Group,
    template: Template | None,
    links: linking.Links,
    signature: str,
    known: Knowledge,
) -> tuple[Words, list[Problem]]:
    """The words of the message to `group`, made with `template`, and what is missing in them."""
    if known.filled is not None:
        return _approved(draft, known.filled)
    written = (draft.html or "").strip()
    words = Words()
    problems: list[Problem] = []
    if template is not None:
        values = _values(draft, group, links, template.language, signature, known)
        words, problems = _filled(template, "" if written else template.body, values)
    if written:
        words, wrong = _own_html(written, words.subject)
        problems += wrong
    elif template is None and draft.text:
        text = draft.text if draft.exact else draft.text.strip()
        words = Words("", content.paragraphs(text), text)
    if (
        not words.text.strip()
        and not words.html.strip()
        and not problems
        and draft.template_id in (None, *known.templates)
        and not chatting.has_more_than_words(draft)
    ):
        problems.append(_problem("text", "write something, or choose a template"))
    return _with_subject(draft, words, known, problems)


def hints(template: Template | None, links: linking.Links, known: Knowledge) -> list[Hint]:
    """What the words go without, although the template has a place for it."""
    trips = _trips(links, known)
    if template is None or "itinerary.url" not in template.variables or len(trips) != 1:
        return []
    [trip] = trips
    if trip.public_url is not None:
        return []
    return [Hint(field="itinerary_id", reason=f"Trip {trip.reference} has no public link to show")]


def _approved(draft: Draft, filled: FilledTemplate) -> tuple[Words, list[Problem]]:
    """What a template of the network says, which is all that the message says."""
    problems = []
    if filled.problem:
        problems.append(_problem("approved_template", filled.problem))
    alone = (
        ("text", draft.text),
        ("html", draft.html),
        ("template_id", draft.template_id),
        ("attachments", draft.attachments),
        ("place", draft.place),
        ("cards", draft.cards),
    )
    problems += [
        _problem(field, "is not said beside an approved template")
        for field, value in alone
        if value
    ]
    return Words(text=filled.text), problems


def _own_html(html: str, subject: str) -> tuple[Words, list[Problem]]:
    try:
        clean = attaching.named(content.sanitise(html))
    except ValueError as error:
        return Words(subject), [_problem("html", str(error))]
    return Words(subject, clean, content.plain(clean)), []


def _with_subject(
    draft: Draft, words: Words, known: Knowledge, problems: list[Problem]
) -> tuple[Words, list[Problem]]:
    if draft.channel is not Channel.EMAIL:
        return _bounded(Words(text=words.text), problems)
    subject = words.subject
    if draft.subject and draft.subject.strip():
        subject = draft.subject.strip()
        if content.has_control_characters(subject):
            problems.append(_problem("subject", "must be a single line"))
            subject = content.one_line(subject)
    elif known.answered is not None:
        subject = conversations.answer_subject(known.answered.subject)
    if not subject:
        problems.append(_problem("subject", "write a subject"))
    if len(subject) > SUBJECT_LIMIT:
        problems.append(_problem("subject", f"is longer than {SUBJECT_LIMIT} characters"))
    return _bounded(Words(subject, words.html, words.text), problems)


def _bounded(words: Words, problems: list[Problem]) -> tuple[Words, list[Problem]]:
    if max(len(words.html), len(words.text)) > TEXT_LIMIT:
        reason = f"the message is longer than {TEXT_LIMIT} characters; send it in parts"
        problems.append(_problem("text", reason))
    return words, problems


def template_for(draft: Draft, group: Group, known: Knowledge) -> Template | None:
    """The template that the message is made with, None where the written words are all.

    Written words stand in a template that has a place for them (`message`). A message about
    services always has their table, and every kind but MESSAGE its own form, by the kind's own
    template. What is about nothing in particular, and answers nobody, is made with what the
    organisation has as its standard; what ships is about services.
    """
    wishes = _wishes(draft, group, known)
    chosen = known.templates.get(draft.template_id) if draft.template_id else None
    written = bool(draft.text and draft.text.strip())
    if chosen is not None and (not written or "message" in chosen.variables):
        return _in_language(chosen, wishes, known)
    if group.services or draft.kind not in (MessageKind.MESSAGE, *ORDERS):
        return _standard(wishes, known, ships=True) or templates.built_in_for(
            draft.kind, templates.shipped_language(*wishes), draft.channel
        )
    if chosen is not None or draft.html or draft.in_reply_to is not None or draft.kind in ORDERS:
        return None
    standard = _standard(wishes, known, ships=False)
    if standard is None or _is_about_services(standard):
        return None
    return standard if not written or "message" in standard.variables else None


def _wishes(draft: Draft, group: Group, known: Knowledge) -> tuple[str | None, ...]:
    organisation = known.organisation
    own = organisation.settings.language if organisation else None
    return (draft.language, _contact_language(group), own)


def _in_language(chosen: Template, wishes: tuple[str | None, ...], known: Knowledge) -> Template:
    """`chosen` in the first of these languages that it is written in. Where nobody knows the
    recipient's, it is taken as it was named."""
    if not any(wishes[:2]):
        return chosen
    every = {each.language: each for each in (*known.variants, chosen)}
    for wish in wishes:
        for language in (wish, wish[:2]) if wish else ():
            if language in every:
                return every[language]
    return chosen


def _standard(wishes: tuple[str | None, ...], known: Knowledge, *, ships: bool) -> Template | None:
    """The organisation's own template in the first language that anything exists in: as wished,
    then without its region. `ships` says that there is one of the product as well."""
    for wish in (*wishes, templates.LANGUAGES[0]):
        if wish is None:
            continue
        for language in (wish, wish[:2]):
            if language in known.standards:
                return known.standards[language]
        if ships and wish[:2] in templates.LANGUAGES:
            return None  # the one that ships speaks this language, and goes before others
    return None


def _is_about_services(template: Template) -> bool:
    return any(source_of(each) is ValueSource.SERVICES for each in template.variables)


def _values(
    draft: Draft,
    group: Group,
    links: linking.Links,
    language: str,
    signature: str,
    known: Knowledge,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    trips = _trips(links, known)
    if group.parties:
        lead = group.parties[0]
        values["recipient"] = variables.recipient(
            lead.contact, lead.mailbox.name, lead.mailbox.address
        )
    if len(trips) == 1:
        values["itinerary"] = variables.itinerary(trips[0], language)
        offer = known.offers.get(trips[0].id)
        if offer is not None:
            values["proposal"] = variables.proposal(offer, known.zone or "UTC", language)
    if group.services:
        values["services"] = variables.services(group.services, language)
        values["several_itineraries"] = len(trips) > 1
        values["services_table"] = templates.services_table(values, language)
    if known.organisation is not None:
        values["organisation"] = {"name": known.organisation.settings.branding.name}
    sender = known.author_name or known.sender_name
    if sender:
        values["sender"] = {"name": sender}
    if signature.strip():
        values["signature"] = True
    if draft.text and draft.text.strip():
        text = draft.text.strip()
        values["message"] = templates.Block(content.paragraphs(text), text)
    return variables.with_given(values, draft.variables)


def _filled(template: Template, body: str, values: dict[str, Any]) -> tuple[Words, list[Problem]]:
    try:
        filled = templates.fill(template.subject, body, values)
    except (TemplateError, ValueError) as error:
        return Words(), [_problem("template_id", f"“{template.name}”: {error}")]
    problems = [
        _problem(f"variables.{name}", f"“{template.name}” needs a value for it, in line {line}")
        for name, line in filled.missing.items()
    ]
    return Words(filled.subject, filled.html, filled.text), problems


def _trips(links: linking.Links, known: Knowledge) -> list[Itinerary]:
    return [known.trips[trip] for trip in links if trip in known.trips]


def _contact_language(group: Group) -> str | None:
    contact = group.parties[0].contact if group.parties else None
    return contact.language if contact else None


def _problem(field: str, reason: str) -> Problem:
    return Problem(field=field, reason=reason)
