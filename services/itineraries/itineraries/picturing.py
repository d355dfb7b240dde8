"""Pictures of listings: each function inside the transaction that it is given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.files import HELD, Attachment, File, FilesAttached, attachment_of
from contracts.itineraries import ListingChanged
from fairlead.errors import Invalid
from fairlead.service import publish

from . import listings, recording, views
from .finding import expect
from .store import listings as store
from .store.listings import ListingRow, Picture


def put(
    session: Session, id: UUID, version: int, ids: Sequence[UUID], files: Collection[File]
) -> tuple[ListingRow, bool]:
    """The listing with these pictures in this order, of which `files` are those that there are."""
    row = listings.listing(session, id, lock=True)
    expect(row, version)
    before, wanted = recording.of_pictures(row), _pictures(ids, files)
    if [each.file.id for each in wanted] == [each.file.id for each in row.pictures]:
        return row, False
    row.pictures = wanted
    session.flush()
    publish(session, FilesAttached(files=[each.file.id for each in wanted]))
    recording.pictures(session, row, before)
    return row, True


def learn(session: Session, file: Attachment) -> None:
    """More is known of a file that listings may show."""
    for row in store.showing(session, [str(file.id)], lock=True):
        _show(session, row, [_learnt(each, file) for each in row.pictures])


def forget(session: Session, file_ids: Collection[UUID]) -> int:
    """Let no listing show these files; returns how many did."""
    rows = store.showing(session, [str(each) for each in file_ids], lock=True)
    for row in rows:
        _show(session, row, (each for each in row.pictures if each.file.id not in file_ids))
    return len(rows)


def kept(session: Session, file_ids: Collection[UUID]) -> set[UUID]:
    """Those of these files that a listing shows."""
    rows = store.showing(session, [str(each) for each in file_ids])
    return {each.file.id for row in rows for each in row.pictures} & set(file_ids)


def held(session: Session, keys: Collection[str]) -> set[str]:
    """Those of these keys that a listing's picture has."""
    rows = store.showing(session, keys)
    return {each.key for row in rows for each in row.pictures} & set(keys)


def cover(session: Session, listing_id: UUID | None) -> UUID | None:
    """The first picture that the virus check lets pass: what guests see of a listing."""
    row = None if listing_id is None else store.listing(session, listing_id)
    shown = () if row is None else row.pictures
    return next((each.file.id for each in shown if each.file.state not in HELD), None)


def _pictures(ids: Sequence[UUID], files: Collection[File]) -> list[Picture]:
    known = {each.id: each for each in files}
    wrong = {}
    for place, id in enumerate(ids):
        if id not in known:
            wrong[f"file_ids[{place}]"] = "there is no such file"
        elif not known[id].file.content_type.startswith("image/"):
            wrong[f"file_ids[{place}]"] = "is no picture"
        elif id in ids[:place]:
            wrong[f"file_ids[{place}]"] = "is there already"
    if wrong:
        raise Invalid.fields("itineraries.invalid", wrong)
    return [Picture(key=known[id].file.key, file=attachment_of(known[id])) for id in ids]


def _learnt(picture: Picture, file: Attachment) -> Picture:
    return replace(picture, file=file) if picture.file.id == file.id else picture


def _show(session: Session, row: ListingRow, pictures: Iterable[Picture]) -> None:
    row.pictures = list(pictures)
    session.flush()
    publish(session, ListingChanged(listing=views.listing_of(row)))
