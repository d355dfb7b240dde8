"""What a driver's answer means for the piece, its chat and its number."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from contracts.channels import (
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
from .domain import addresses, progress
from .domain.heard import Fared
from .domain.progress import PieceState
from .domain.receipts import Moments, overall, together
from .drivers import Again, Doubtful, Outcome, Paused, Refused, Scope, Stopped, Taken
from .store import chats, connections, groups, outgoing, paces, receipts, templates
from .store.tables import AmendmentRow, ConnectionRow, MessageRow, ParkedRow, PieceRow
from .told import announce, set_state, tell, tell_joined, tell_of_one

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
            called(session, message, piece, provider_id)
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
        tell(
            session, message, now, provider_id=provider_id, code=code, permanent=permanent,
            participants=expected(session, message, provider_id),
        )  # fmt: skip


def called(session: Session, message: MessageRow, piece: PieceRow, provider_id: str) -> None:
    """The network has a piece and calls it so; what it told of it before counts now."""
    piece.provider_id = provider_id
    outgoing.note(session, piece, PieceState.SENT)
    assert piece.connection_id is not None  # for the type checker: nothing is sent without one
    if addresses.is_group(message.queued.address):
        present = groups.present(session, piece.connection_id, message.queued.address)
        receipts.expect(session, piece, present)
    for early in outgoing.parked(session, piece.connection_id, provider_id):
        state = progress.told(early.status)
        if state is not None:
            fared(session, message, piece, state, _as_told(early))


def fared(
    session: Session, message: MessageRow, piece: PieceRow, state: PieceState, item: Fared
) -> None:
    """Something was told of a piece. In a group it is told of one participant alone."""
    if not addresses.is_group(message.queued.address) or item.participant is None:
        outgoing.note(session, piece, state, item.reason, item.code)
    elif progress.arrived(state):
        _fared_with(session, message, piece, state, item)


def expected(session: Session, message: MessageRow, provider_id: str | None) -> list[str] | None:
    """Who was in the group of a message when a piece of it, which is called so now, was sent."""
    if provider_id is None or not addresses.is_group(message.queued.address):
        return None
    return receipts.expected(session, message.id)


def _fared_with(
    session: Session, message: MessageRow, piece: PieceRow, state: PieceState, item: Fared
) -> None:
    assert piece.connection_id is not None  # for the type checker: it was sent
    assert item.participant is not None  # who calls has looked
    key = chats.key_of(session, piece.connection_id, item.participant)
    row = receipts.of_one(session, piece, key, item.participant)
    parts = len(outgoing.pieces(session, message.id))
    before = _with_one(session, message, key, parts)
    told = receipts.moments(row).with_told(state, item.at)
    row.delivered_at, row.read_at = told.delivered_at, told.read_at
    after = _with_one(session, message, key, parts)
    if after != before:
        tell_of_one(session, message, row.address, after)
    outgoing.note(session, piece, overall(receipts.of_piece(session, piece)))


def _with_one(session: Session, message: MessageRow, key: str, parts: int) -> Moments:
    """How the whole message fares with one participant."""
    known = receipts.of_member(session, message.id, key)
    return together([known.get(number, Moments()) for number in range(1, parts + 1)])


def _as_told(early: ParkedRow) -> Fared:
    return Fared(
        id=early.provider_id,
        status=early.status,
        at=early.at,
        participant=early.participant,
        code=early.code,
        reason=early.reason,
    )


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
        tell_joined(session, message.organisation_id, message.connection_id, known, now)


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
