"""A template shown filled in, from what there is or from a sample (mission A8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.common import Channel
from contracts.inbox import Draft, MessageKind, Recipient, Template, TemplatePreview
from fairlead.context import Context
from fairlead.errors import Invalid, NotFound
from fairlead.store import new_id

from . import knowing, shelf
from .domain import specimen
from .domain.composing import compose
from .domain.knowledge import Knowledge


def gather(
    session: Session,
    *,
    id: UUID | None,
    subject: str | None,
    body: str | None,
    language: str | None,
    itinerary_id: UUID | None,
    contact_id: UUID | None,
    variables: Mapping[str, str],
    context: Context,
    now: dt.datetime,
) -> tuple[Draft, Knowledge]:
    """The draft that shows the template, and what it is filled with. Raises Invalid and
    NotFound."""
    template = _template(session, id, subject, body, language)
    draft = Draft(
        template_id=template.id,
        kind=template.kind,
        channel=template.channel,
        itinerary_id=itinerary_id,
        to=[Recipient(contact_id=contact_id)] if contact_id else [],
        language=template.language,
        variables=dict(variables),
    )
    known = knowing.gather(session, draft, context)
    known = replace(known, templates={template.id: template}, variants=())
    if contact_id is not None and contact_id not in known.contacts:
        raise NotFound("inbox.contact_not_found", "There is no such contact")
    if itinerary_id is not None and itinerary_id not in known.trips:
        raise NotFound("inbox.itinerary_not_found", "There is no such itinerary")
    return _furnished(draft, known, now)


def show(draft: Draft, known: Knowledge) -> TemplatePreview:
    """The template of `draft` filled in."""
    shown = compose(draft, known)[0]
    ours = [
        each
        for each in shown.problems
        if each.field in ("template_id", "subject", "text") or each.field.startswith("variables.")
    ]
    return TemplatePreview(subject=shown.subject, html=shown.html, text=shown.text, problems=ours)


def _template(
    session: Session, id: UUID | None, subject: str | None, body: str | None, language: str | None
) -> Template:
    if id is not None:
        saved = shelf.get(session, id)
        words = {
            "subject": saved.subject if subject is None else subject,
            "body": saved.body if body is None else body,
        }
        changed = msgspec.structs.replace(saved, language=language or saved.language, **words)
    elif body is not None:
        changed = Template(
            id=new_id(),
            name="Preview",
            kind=MessageKind.MESSAGE,
            channel=Channel.EMAIL,
            language=language or "en",
            subject=subject or "",
            body=body,
            variables=[],
            built_in=False,
            version=1,
        )
    else:
        raise Invalid.field("inbox.template_invalid", "body", "name a template or write one")
    shelf.check_words(changed.subject, changed.body)
    return changed


def _furnished(draft: Draft, known: Knowledge, now: dt.datetime) -> tuple[Draft, Knowledge]:
    """`draft` with a sample of what it does not name."""
    if not draft.to:
        somebody = specimen.contact(now)
        known = replace(known, contacts={**known.contacts, somebody.id: somebody})
        draft = msgspec.structs.replace(draft, to=[Recipient(contact_id=somebody.id)])
    if draft.itinerary_id is None:
        trip = specimen.trip(now)
        known = replace(known, trips={**known.trips, trip.id: trip})
        draft = msgspec.structs.replace(draft, itinerary_id=trip.id)
    trip = known.trips[draft.itinerary_id or new_id()]
    if trip.id not in known.offers:
        known = replace(known, offers={trip.id: specimen.offer(trip, now)})
    return (
        msgspec.structs.replace(
            draft,
            service_ids=[each.id for each in trip.services][:50],
            variables={"proposal.url": specimen.PROPOSAL_URL, **draft.variables},
        ),
        known,
    )
