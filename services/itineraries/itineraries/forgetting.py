"""Forgetting a person in trips: who travelled goes; what was planned, when, at what price stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from contracts.itineraries import ItineraryDetails, ReviewChanged
from contracts.persons import Person
from fairlead.bus import publish
from fairlead.erasing import ERASED_NAME, Sweep, Traces

from . import documents as keeping
from . import picturing, proposing, reviewing
from .domain.search import searched, searched_service
from .store import documents, proposals, trips
from .store import persons as store
from .store.payments import PaymentRow
from .store.reviews import ReviewRow
from .store.schema import Base
from .store.trips import ItineraryRow

AT_ONCE = 20
MOST_GONE = 400  # ids: with the documents of one trip more, as many as a message may hold
SHORTEST_PART = 3  # letters of a part of her name that is looked for in her own trips
_SWEEP = Sweep(Base)


@dataclass(slots=True)
class Done:
    """What a step did: `trips` are to be told as they are now, the words of reviews are `gone`."""

    changed: int = 0
    gone: list[UUID] = field(default_factory=list)
    cursor: str | None = None
    trips: list[ItineraryRow] = field(default_factory=list)


def step(session: Session, person: Person, cursor: str | None) -> Done:
    """First the trips that she takes part in, then every table."""
    phase, _, rest = (cursor or "trips").partition(":")
    if phase == "trips":
        return _hers(session, person, int(rest or 0))
    swept = _SWEEP.step(session, Traces(person.words), rest or None)
    session.flush()
    touched = list(store.whole(session, store.trip_ids(swept.rows)))
    for row in touched:
        flag_modified(row, "service_count")  # a change of its services is one of the trip
    return Done(
        changed=len(swept.rows),
        cursor=None if swept.cursor is None else f"sweep:{swept.cursor}",
        trips=touched,
    )


def _hers(session: Session, person: Person, begin: int) -> Done:
    end = begin + AT_ONCE
    done = Done(cursor=f"trips:{end}" if end < len(person.trips) else "sweep:")
    for id in sorted(person.trips[begin:end]):
        row = trips.find(session, id, lock=True)
        if row is None:
            continue
        changed = _forget(session, row, person, done.gone)
        if changed:
            done.changed += changed
            done.trips.append(row)
        if len(done.gone) > MOST_GONE:  # these trips once more: those done have nothing left
            done.cursor = f"trips:{begin}"
            break
    return done


def _forget(session: Session, row: ItineraryRow, person: Person, gone: list[UUID]) -> int:
    """Take her out of a trip; returns how many things changed."""
    guest = any(each.contact_id in person.contact_ids for each in row.details.guests)
    near = Traces([*person.names, *person.addresses])
    # Parts of a name are hers in the title of her own trip alone: "The Costas in Sintra".
    parts = {part for name in person.names for part in name.split()}
    within = Traces([*person.names, *(part for part in parts if len(part) >= SHORTEST_PART)])
    changed = 0
    if guest:
        changed += _forget_guest(row, person, within)
        reviews = _forget_reviews(session, row, within)
        files, removed = _forget_documents(session, row, person, within)
        gone += [*reviews, *files]
        changed += len(reviews) + removed
    if guest or row.agent_id in person.contact_ids:
        answers = _forget_answers(session, row, near)
        gone += [row.id] if answers else []  # it is the trip by which employees were told
        changed += answers
    for document in documents.of_trip(session, row.id):
        changed += _SWEEP.clean(session, document, near)
    for note in store.notes_of(session, row):
        if guest and isinstance(note, PaymentRow) and (note.note or note.void_reason):
            note.note = note.void_reason = ""
            changed += 1
        changed += _SWEEP.clean(session, note, near)
    for service in row.services:
        if guest and (service.details.notes or service.details.requirements):
            service.details = replace(service.details, notes="", requirements="")
            changed += 1
        changed += _SWEEP.clean(session, service, near)
        service.searched = searched_service(service.details)
    if changed:
        row.searched = searched(row.reference, row.details)
        flag_modified(row, "service_count")
    return changed


def _forget_guest(row: ItineraryRow, person: Person, within: Traces) -> int:
    """Notes are of the guests and their needs; the reference tells which trip it was."""
    old = row.details
    new: ItineraryDetails = replace(
        old,
        title=within.without(old.title)[:200],
        notes="",
        guests=[
            replace(each, name=ERASED_NAME) if each.contact_id in person.contact_ids else each
            for each in old.guests
        ],
    )
    if new == old:
        return 0
    row.details, row.title = new, new.title
    return 1


def _forget_reviews(session: Session, row: ItineraryRow, within: Traces) -> list[UUID]:
    """Her reviews without her words; one that somebody else of the trip signed stays his."""
    changed = []
    for review in store.reviews(session, row.id):
        blank = replace(review.details, guest="", text="", answer="")
        if _is_hers(review, within) and blank != review.details:
            review.details = blank
            session.flush()
            publish(session, ReviewChanged(review=reviewing.view(review)))
            changed.append(review.id)
    return changed


def _is_hers(review: ReviewRow, within: Traces) -> bool:
    return not review.details.guest or within.found_in(review.details.guest)


def _forget_documents(
    session: Session, row: ItineraryRow, person: Person, within: Traces
) -> tuple[list[UUID], int]:
    """Documents that are hers by her id or by what they are called, and those of nobody in
    particular where no other guest is left; returns the files that nothing else here has, and how
    many documents went."""
    others = [each for each in row.details.guests if each.contact_id not in person.contact_ids]
    alone = all(each.name == ERASED_NAME for each in others)
    gone = []
    for document in documents.of_trip(session, row.id):
        if document.contact_id is None:
            hers = alone or within.found_in(f"{document.file.name} {document.note}")
        else:
            hers = document.contact_id in person.contact_ids
        if hers:
            keeping.drop(session, document)
            gone.append(document.file_id)
    session.flush()
    kept = documents.kept(session, gone) | picturing.kept(session, gone)
    return sorted(set(gone) - kept), len(gone)


def _forget_answers(session: Session, row: ItineraryRow, near: Traces) -> int:
    """That a proposal was answered, and how, stays; who answered from where does not."""
    count = 0
    for proposal in proposals.of_trip(session, row.id):
        words = 0
        if proposal.answer is not None:
            blank = replace(proposal.answer, name="", comment="", remote=None, user_agent="")
            words += blank != proposal.answer
            proposal.answer = blank
        versions: Sequence[object] = proposals.versions(session, proposal.id)
        words += sum(_SWEEP.clean(session, each, near) for each in versions)
        if words:
            flag_modified(proposal, "number")  # a change of a version is one of the proposal
            session.flush()
            proposing.tell(session, row, proposal)
            count += 1
    return count
