"""What a driver's answer means for the piece, its chat and its number."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from contracts.channels import (
    AddressesJoined,
    Amending,
    ConnectionState,
    ConsentWithdrawn,
    MessageAmended,
)
from contracts.common import Channel
from contracts.consents import ConsentKind, ConsentSource
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from contracts.whatsapp_gateway import TemplateState
from fairlead.bus import publish
from fairlead.context import Role, service_context
from fairlead.store import backoff

from .cloud import verdicts
from .domain import progress
from .domain.heard import Fared
from .domain.progress import PieceState
from .drivers import Again, Doubtful, Outcome, Paused, Refused, Scope, Stopped, Taken
from .store import chats, connections, outgoing, paces, templates
from .store.tables import AmendmentRow, ConnectionRow, MessageRow, PieceRow
from .told import announce, set_state, tell

PAUSED_FOR = dt.timedelta(hours=6)
ADMINISTRATORS = [Role.OWNER, Role.ADMIN]


def note(
    session: Session, message: MessageRow, piece: PieceRow, outcome: Outcome, now: dt.datetime
) -> None:
    """Write down what came of a piece, and tell what is news."""
    provider_id = None
    permanent = False
    match outcome:
        case Taken():
            provider_id = outcome.provider_id
            called(session, piece, provider_id)
            join(session, message, list(outcome.also), now)
        case Doubtful():
            outgoing.note(session, piece, PieceState.UNCERTAIN, outcome.reason)
            piece.media_id = outcome.media_id or piece.media_id
        case Refused():
            permanent = outcome.permanent
            outgoing.note(session, piece, PieceState.FAILED, outcome.reason, outcome.code)
            _refused(session, message, outcome, now)
        case Again():
            piece.begun, piece.media_id = False, outcome.media_id or piece.media_id
            _slow(session, message, outcome, now)
            if outcome.most == 0:
                outgoing.note(session, piece, PieceState.FAILED, outcome.reason, outcome.code)
        case Stopped():
            piece.begun = False
            stop(session, message, outcome.reason, now)
        case Paused():
            piece.begun = False
            pause(session, message, now + PAUSED_FOR, outcome.reason, now)
            if outcome.final:
                outgoing.note(session, piece, PieceState.FAILED, outcome.reason, outcome.code)
    news = outgoing.add_up(session, message)
    if news or provider_id is not None:
        code = piece.code if piece.state is PieceState.FAILED else None
        tell(session, message, now, provider_id=provider_id, code=code, permanent=permanent)


def called(session: Session, piece: PieceRow, provider_id: str) -> None:
    """The network has a piece and calls it so; what it told of it before counts now."""
    piece.provider_id = provider_id
    outgoing.note(session, piece, PieceState.SENT)
    assert piece.connection_id is not None  # for the type checker: nothing is sent without one
    for early in outgoing.parked(session, piece.connection_id, provider_id):
        state = progress.told(early.status)
        if state is not None:
            outgoing.note(session, piece, state, early.reason, early.code)


def wait_of(outcome: Outcome, attempts: int) -> float:
    """Seconds until the next try."""
    if isinstance(outcome, Again):
        if outcome.seconds is not None:
            return outcome.seconds
        return backoff(attempts, first=2.0, cap=120.0)
    return 5.0  # until the number is open again, which is what it waits for


def amended(session: Session, row: AmendmentRow, error: str | None, now: dt.datetime) -> None:
    """An amendment of ours is done, which is told; or not, which administrators should know."""
    queued = row.queued
    if error is None:
        publish(
            session,
            MessageAmended(
                channel=Channel.WHATSAPP,
                connection_id=queued.connection_id,
                provider_id=queued.target,
                address=queued.address,
                by_us=True,
                at=now,
                kind=queued.kind,
                text=queued.text,
            ),
            context=service_context(row.organisation_id),
        )
        return
    what = {
        Amending.REACTED: "A reaction",
        Amending.EDITED: "A new wording",
        Amending.DELETED: "A deletion",
    }[queued.kind]
    publish(
        session,
        NotificationRaised(
            kind=NotificationKind.DELIVERY_FAILED,
            to=Audience(roles=ADMINISTRATORS),
            title=f"{what} did not reach WhatsApp",
            text=error[:2000],
            target=Target(entity="message", id=queued.message_id),
            dedupe_key=f"whatsapp_amendment:{row.id}",
            at=now,
        ),
        context=service_context(row.organisation_id),
    )


def join(session: Session, message: MessageRow, also: list[str], now: dt.datetime) -> None:
    """The network named further addresses of the recipient."""
    assert message.connection_id is not None  # for the type checker: nothing is sent without one
    known = [message.queued.address, *also]
    if also and chats.join(session, message.connection_id, known):
        publish(
            session,
            AddressesJoined(
                channel=Channel.WHATSAPP,
                connection_id=message.connection_id,
                addresses=list(dict.fromkeys(known))[:10],
                name="",
                at=now,
            ),
            context=service_context(message.organisation_id),
        )


def stop(session: Session, message: MessageRow, reason: str, now: dt.datetime) -> None:
    """Nothing leaves by the number until a person sees to it, which he is told."""
    assert message.connection_id is not None  # for the type checker: nothing is sent without one
    row = connections.find(session, message.connection_id)
    if row is not None:
        stop_number(session, row, reason, now)


def stop_number(session: Session, row: ConnectionRow, reason: str, now: dt.datetime) -> None:
    """The same, whoever found out."""
    if set_state(session, row.id, ConnectionState.FAILING, reason, now):
        alert(session, row, f"The WhatsApp number “{row.details.label}” stopped", reason, now)


def pause(
    session: Session, message: MessageRow, until: dt.datetime, reason: str, now: dt.datetime
) -> None:
    """The number writes to nobody first until a moment."""
    assert message.connection_id is not None  # for the type checker: nothing is sent without one
    row = connections.find(session, message.connection_id)
    if row is not None:
        pause_number(session, row, until, reason, now)


def pause_number(
    session: Session, row: ConnectionRow, until: dt.datetime, reason: str, now: dt.datetime
) -> None:
    """The same, whoever found out."""
    is_news = row.paused_until is None or row.paused_until <= now
    row.paused_until = max(row.paused_until or until, until)
    if is_news:
        announce(session, row)
        title = f"The WhatsApp number “{row.details.label}” may write to nobody first for a while"
        alert(session, row, title, reason, now)


def alert(session: Session, row: ConnectionRow, title: str, reason: str, now: dt.datetime) -> None:
    """Administrators are told of a number; once an hour of the same."""
    publish(
        session,
        NotificationRaised(
            kind=NotificationKind.CONNECTION_FAILING,
            to=Audience(roles=ADMINISTRATORS),
            title=title[:200],
            text=reason[:2000],
            target=Target(entity="connection", id=row.id),
            dedupe_key=f"whatsapp:{row.id}:{title[:60]}:{now:%Y%m%d%H}",
            at=now,
        ),
        context=service_context(row.organisation_id),
    )


def late_failure(session: Session, message: MessageRow, item: Fared, now: dt.datetime) -> None:
    """The network failed what it had taken; its codes may mean more than this message."""
    outcome = verdicts.of(item.errors, item.reason or "")
    match outcome:
        case Refused():
            _refused(session, message, outcome, now)
        case Stopped():
            stop(session, message, outcome.reason, now)
        case Paused():
            pause(session, message, now + PAUSED_FOR, outcome.reason, now)
        case Again():
            _slow(session, message, outcome, now)


def is_permanent(item: Fared) -> bool:
    """Whether the address itself is at fault."""
    outcome = verdicts.of(item.errors, item.reason or "")
    return isinstance(outcome, Refused) and outcome.permanent


def _refused(session: Session, message: MessageRow, outcome: Refused, now: dt.datetime) -> None:
    template = message.queued.template
    if outcome.template and template is not None and message.connection_id is not None:
        templates.set_state(
            session, message.connection_id, template.name, template.language,
            TemplateState.PAUSED, outcome.reason, now,
        )  # fmt: skip
    if outcome.opted_out:
        publish(
            session,
            ConsentWithdrawn(
                channel=Channel.WHATSAPP,
                address=message.queued.address,
                kind=ConsentKind.MARKETING,
                source=ConsentSource.KEYWORD,
                at=now,
            ),
            context=service_context(message.organisation_id),
        )


def _slow(session: Session, message: MessageRow, outcome: Again, now: dt.datetime) -> None:
    if outcome.seconds is None or message.connection_id is None:
        return
    until = now + dt.timedelta(seconds=outcome.seconds)
    if outcome.scope is Scope.NUMBER:
        paces.slow(session, message.connection_id, paces.NUMBER, until)
    elif outcome.scope is Scope.RECIPIENT:
        paces.slow(session, message.connection_id, message.key, until)
