"""Takes texts in: measured, cut, and refused at once where they can never leave."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from contracts.channels import DeliveryStatus, SmsQueued
from contracts.sms_gateway import (
    CarrierAlphabet,
    Forcing,
    Measured,
    OptOut,
    Outlook,
    SmsConnectionDetails,
    TextEncoding,
    TextToSend,
)
from fairlead.context import current

from .domain import senders
from .domain.parts import Reference, Split, TooLong, prepared, split
from .http_api.client import LONGEST
from .store import connections, opt_outs, texts
from .store.tables import TextRow
from .told import tell

STOPPED = "The recipient stopped text messages (he wrote STOP); he can write START"
NO_CONNECTION = "No SMS connection is configured; add one under Settings, SMS"


def take(session: Session, queued: SmsQueued, now: dt.datetime) -> None:
    """Keep a text that is to leave; it leaves by `sender.Sender`."""
    connection = connections.choose(session, queued.connection_id)
    details = connection.details if connection else None
    refused = NO_CONNECTION if details is None else _refusal(session, queued)
    text = queued.text if queued.exact else leaving(queued.text, details)
    try:
        made = cut(text, details)
    except TooLong as error:
        refused, made = f"The text is too long: {error}", split("")
    row = TextRow(
        id=queued.delivery_id,
        organisation_id=current().need_organisation(),
        message_id=queued.message_id,
        connection_id=connection.id if connection else None,
        number=queued.number,
        text=text,
        encoding=TextEncoding(made.encoding.value),
        parts=made.total,
        delivered=0,
        reference=texts.next_reference(session, queued.number) if made.total > 1 else 0,
        exact=queued.exact,
        status=DeliveryStatus.QUEUED.value,
        queued_at=queued.queued_at,
        valid_until=queued.queued_at + dt.timedelta(hours=details.validity_hours if details else 1),
        due_at=now,
        attempts=0,
    )
    if refused is not None:
        row.status, row.reason, row.done_at = DeliveryStatus.FAILED.value, refused, now
    texts.add(session, row)
    if refused is not None:
        tell(session, row, now)


def measured(text: str, details: SmsConnectionDetails | None) -> Measured:
    """What `text` weighs on a connection. Raises TooLong."""
    left = leaving(text, details)
    made = cut(left, details)
    forced = made.forced_by
    return Measured(
        text=left,
        characters=len(left),
        encoding=TextEncoding(made.encoding.value),
        parts=made.total,
        units=made.units,
        left=made.left,
        forced_by=Forcing(place=forced.place, character=forced.character) if forced else None,
    )


def outlook(session: Session, wanted: TextToSend, details: SmsConnectionDetails | None) -> Outlook:
    """What would become of a text."""
    if details is None:
        return Outlook(parts=0, refused=NO_CONNECTION)
    stop = stopped(session, wanted.number, exact=wanted.exact)
    refused = _unreachable(wanted.number) or (STOPPED if stop else None)
    try:
        left = wanted.text if wanted.exact else leaving(wanted.text, details)
        made = cut(left, details)
    except TooLong as error:
        return Outlook(parts=0, refused=f"The text is too long: {error}", stopped=stop)
    return Outlook(parts=made.total, refused=refused, stopped=stop)


def stopped(session: Session, number: str, *, exact: bool) -> OptOut | None:
    """What keeps a text from a number, if its owner wants none. A machine wants what it is sent;
    and what people type into one is no wish of theirs."""
    return None if exact else opt_outs.of(session, number)


def leaving(text: str, details: SmsConnectionDetails | None) -> str:
    """A text as its connection sends it."""
    return prepared(text, plain=details is None or details.plain)


def cut(text: str, details: SmsConnectionDetails | None) -> Split:
    """A text in the parts that its connection counts. Raises TooLong."""
    if details is not None and details.http is not None and len(text) > LONGEST:
        raise TooLong(f"the carrier takes {LONGEST:,} characters, and it has {len(text):,}")
    smpp = details.smpp if details else None
    latin_1 = smpp is not None and smpp.alphabet is CarrierAlphabet.LATIN_1
    return split(text, reference_of(details), latin_1=latin_1)


def reference_of(details: SmsConnectionDetails | None) -> Reference:
    """How long the numbers of texts of several parts are on a connection."""
    long = details is not None and details.smpp is not None and details.smpp.long_reference
    return Reference.BITS_16 if long else Reference.BITS_8


def _refusal(session: Session, queued: SmsQueued) -> str | None:
    unreachable = _unreachable(queued.number)
    if unreachable is None and stopped(session, queued.number, exact=queued.exact):
        return STOPPED
    return unreachable


def _unreachable(number: str) -> str | None:
    try:
        senders.destination(number)
    except ValueError as error:
        return f"The number cannot be reached: it {error}"
    return None
