"""Reviews as they are entered and answered: inside the transaction that is given."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.itineraries import Review, ReviewChanged, ReviewDetails, ReviewReceived
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from fairlead.audit import record as audit
from fairlead.context import Role
from fairlead.errors import Invalid, NotFound
from fairlead.service import publish
from fairlead.store import new_id

from .domain import plan
from .domain import reviews as rules
from .finding import expect
from .store import listings, trips
from .store import reviews as store
from .store.reviews import ReviewRow


def record(session: Session, details: ReviewDetails) -> Review:
    """A review that is new, or is told otherwise by now."""
    plan.check(rules.problems(details))
    details = _placed(session, details)
    now = dt.datetime.now(dt.UTC)
    row = store.find_external(session, details.source, details.external_id)
    if row is not None:
        # What a person answered here stays where the source has not heard of it.
        wanted = replace(details, answer=details.answer or row.details.answer)
        if wanted == row.details:
            return view(row)
        _write(row, wanted, now)
        session.flush()
        publish(session, ReviewChanged(review=view(row)))
        return view(row)
    row = ReviewRow(
        id=new_id(), source=details.source, external_id=details.external_id, recorded_at=now,
        answered_at=None,
    )  # fmt: skip
    _write(row, details, now)
    session.add(row)
    session.flush()
    review = view(row)
    publish(session, ReviewReceived(review=review))
    publish(session, _notice(review, now))
    _audit(session, "review.recorded", row, None)
    return review


def answer(session: Session, id: UUID, version: int, text: str) -> Review:
    """The review with an answer."""
    plan.check(plan.text_problems({"answer": text}))
    row = store.find(session, id, lock=True)
    if row is None:
        raise not_found()
    expect(row, version)
    if text == row.details.answer:
        return view(row)
    before: dict[str, object] = {"answered": row.answered_at is not None}
    _write(row, replace(row.details, answer=text), dt.datetime.now(dt.UTC))
    session.flush()
    publish(session, ReviewChanged(review=view(row)))
    _audit(session, "review.answered", row, before)
    return view(row)


def get(session: Session, id: UUID) -> Review:
    """One review; NotFound `itineraries.review_not_found`."""
    row = store.find(session, id)
    if row is None:
        raise not_found()
    return view(row)


def not_found() -> NotFound:
    """There is no such review, or it is another organisation's."""
    return NotFound("itineraries.review_not_found", "There is no such review")


def view(row: ReviewRow) -> Review:
    """The row as a contract has it."""
    return Review(
        id=row.id,
        details=row.details,
        overall=rules.overall(row.details),
        scores=rules.scores(row.details),
        answered_at=row.answered_at,
        recorded_at=row.recorded_at,
        version=row.version,
    )


def _placed(session: Session, details: ReviewDetails) -> ReviewDetails:
    """The review with the listing of its trip, where it names none."""
    if details.itinerary_id is not None:
        trip = trips.find(session, details.itinerary_id)
        if trip is None:
            raise Invalid.field("itineraries.invalid", "details.itinerary_id", "is no itinerary")
        details = replace(details, listing_id=details.listing_id or trip.listing_id)
    if details.listing_id is not None and listings.listing(session, details.listing_id) is None:
        raise Invalid.field("itineraries.invalid", "details.listing_id", "is no listing")
    return details


def _write(row: ReviewRow, details: ReviewDetails, now: dt.datetime) -> None:
    row.details = details
    row.date = details.date
    row.itinerary_id, row.listing_id = details.itinerary_id, details.listing_id
    row.answered_at = (row.answered_at or now) if details.answer.strip() else None


def _notice(review: Review, now: dt.datetime) -> NotificationRaised:
    points = "" if review.overall is None else f": {review.overall:g} of 10"
    return NotificationRaised(
        kind=NotificationKind.REVIEW_RECEIVED,
        to=Audience(roles=[Role.OWNER, Role.ADMIN, Role.SUPERVISOR]),
        title=f"A review on {review.details.source}{points}"[:200],
        dedupe_key=f"review_received:{review.id}",
        at=now,
        text=review.details.text[:2000],
        target=Target(entity="review", id=review.id),
    )


def _audit(session: Session, action: str, row: ReviewRow, before: dict[str, object] | None) -> None:
    """Neither names nor words of the guest: what is known of a person must be erasable."""
    after: dict[str, object] = {"answered": row.answered_at is not None}
    if before is not None:
        after["rewritten"] = ["answer"]
    label = f"{row.source} {row.external_id}"
    audit(session, action, entity="review", id=row.id, label=label, before=before, after=after)
