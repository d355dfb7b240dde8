"""What carriers bring: receipts to their texts, texts of people to the inbox."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from contracts.sms_gateway import SmsConnectionDetails
from fairlead.bell import Bell
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import new_id, queue

from .domain import joining, message_ids, receipts, senders
from .domain.joining import DefaultAlphabet
from .domain.message_ids import IdRule
from .domain.progress import PartState
from .domain.receipts import Receipt
from .hearing import Heard, hear
from .smpp.commands import Status
from .smpp.pdus import Address, Data, Short
from .smpp.session import Submitted
from .smpp.stream import Raw
from .smpp_carrier import PartOf
from .store import connections, incoming, texts
from .store.tables import IncomingRow, PartRow, ReceiptRow
from .told import tell

log = structlog.get_logger(__name__)

CLAIMED_AT_ONCE = 8
IDLE_SECONDS = 1.0  # between looks for what other processes kept and left


class Taker:
    """Keeps what the sessions of one connection bring."""

    def __init__(
        self,
        store: ServiceStore,
        organisation: UUID,
        id: UUID,
        details: SmsConnectionDetails,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._wake = wake
        self._organisation = organisation
        self._id = id
        self._details = details
        smpp = details.smpp
        self._rule = IdRule(smpp.id_rule.value) if smpp else IdRule.AS_IS
        self._session = ""
        self._unseen: dict[int, tuple[Short | Data, UUID]] = {}

    def _called(self, address: Address) -> str:
        return senders.number_of(address, self._details.sender)[:70]

    def receiving(self) -> Taker:
        """For a new session, whose end may leave answers that the carrier has not read. Without
        one nothing is ever brought again."""
        new = copy(self)
        new._session, new._unseen = secrets.token_hex(8), {}
        return new

    def seen(self, messages: Sequence[Short | Data]) -> None:
        """The carrier has read our answers to these: the same from it is another text."""
        known = [self._unseen.pop(id(each), None) for each in messages]
        rows = [each[1] for each in known if each is not None]
        if not rows:
            return
        try:
            with self._store.transaction(self._organisation) as session:
                incoming.note_seen(session, rows)
        except Exception as error:
            # Should they come once more they count as brought again; the session goes on.
            log.warning("what the carrier has seen is not kept", error=str(error))

    def deliver(self, message: Short | Data) -> int:
        """Keep a receipt or a text for good; returns the status to answer with."""
        octets = message.text if isinstance(message, Short) else b""
        octets, header = joining.received(octets, message.esm_class, message.tlvs)
        if receipts.is_receipt(message.esm_class):
            said = joining.decoded(octets, message.data_coding, DefaultAlphabet.LATIN_1)
            self._take_receipt(message, receipts.read(said, message.tlvs))
            return Status.OK
        with self._store.transaction(self._organisation) as session:
            row = IncomingRow(
                id=new_id(),
                connection_id=self._id,
                session=self._session,
                source=self._called(message.source),
                destination=self._called(message.destination),
                octets=octets,
                data_coding=message.data_coding,
                fingerprint=_fingerprint(message),
                reference=header.reference if header else None,
                total=header.total if header else 1,
                number=header.number if header else 1,
                received_at=_now(),
                due_at=_now(),
            )
            known = incoming.brought_before(session, row) if self._session else None
            if known is None:
                session.add(row)
            kept = row.id if known is None else known.id
        if self._session:
            self._unseen[id(message)] = message, kept
        self._wake()
        return Status.OK

    def _kept(self, message: Short | Data, octets: bytes, error: str | None) -> IncomingRow:
        """What is done with once it is stored."""
        return IncomingRow(
            id=new_id(),
            connection_id=self._id,
            session=self._session,
            source=self._called(message.source),
            destination=self._called(message.destination),
            octets=octets,
            data_coding=message.data_coding,
            fingerprint=_fingerprint(message),
            reference=None,
            received_at=_now(),
            due_at=_now(),
            done_at=_now(),
            error=error,
        )

    def malformed(self, raw: Raw, reason: str) -> None:
        """Keep what cannot be read, for a person to look at."""
        log.error("malformed message from a carrier", connection=str(self._id), reason=reason)
        with self._store.transaction(self._organisation) as session:
            session.add(
                IncomingRow(
                    id=new_id(),
                    connection_id=self._id,
                    session=self._session,
                    source="",
                    destination="",
                    octets=bytes(raw),
                    data_coding=0,
                    fingerprint=hashlib.sha256(bytes(raw)).hexdigest(),
                    reference=None,
                    received_at=_now(),
                    due_at=_now(),
                    done_at=_now(),
                    error=reason,
                )
            )

    def answered_late(self, part: PartOf, answer: Submitted) -> None:
        """What was uncertain is taken after all, or refused."""
        with self._store.transaction(self._organisation) as session:
            text = texts.locked(session, part.text_id)
            if text is None:
                return
            rows = texts.parts(session, text.id)
            rows = rows if part.whole else [rows[part.number - 1]]
            if answer.status == Status.OK:
                called(session, rows, message_ids.of_answer(answer.message_id, self._rule))
            else:
                for row in rows:
                    texts.note(session, row, PartState.FAILED, "The carrier refused it")
            if texts.add_up(session, text)[1]:
                tell(session, text, _now())

    def _sending(self, session: Session) -> list[UUID]:
        """The connections of whose texts receipts tell here."""
        if connections.sends(self._details) or self._details.smpp is None:
            return [self._id]
        return connections.sending_for(session, self._details.smpp) or [self._id]

    def _take_receipt(self, message: Short | Data, receipt: Receipt | None) -> None:
        """Keep it as it came, and note what it says in the same transaction."""
        with self._store.transaction(self._organisation) as session:
            error = "It names no text" if receipt is None else None
            session.add(self._kept(message, message.body(), error))
            if receipt is None:
                log.warning("receipt that names no text", connection=str(self._id))
                return
            key = message_ids.of_receipt(receipt.message_id, self._rule)[:70]
            texts.known_by(session, key)
            senders_of = self._sending(session)
            found = (texts.parts_called(session, each, key) for each in senders_of)
            parts = next(filter(None, found), [])
            if not parts:
                texts.park(
                    session,
                    ReceiptRow(
                        connection_id=senders_of[0],
                        key=key,
                        number=self._called(message.source),
                        state=receipt.state,
                        reason=receipt.reason,
                        at=_now(),
                    ),
                )
                return
            text = texts.locked(session, parts[0].text_id)
            assert text is not None  # for the type checker: parts go with their texts
            state = texts.told(receipt.state)
            for part in parts:
                session.refresh(part)
                if state is not None:
                    texts.note(session, part, state, receipt.reason)
            if texts.add_up(session, text)[1]:
                tell(session, text, _now(), code=receipt.word or None)


def called(session: Session, parts: Sequence[PartRow], key: str) -> None:
    """The carrier took these parts of a text and calls them so; receipts that came before that
    count now."""
    connection = parts[0].connection_id
    assert connection is not None  # for the type checker: nothing is sent without one
    texts.known_by(session, key[:70])
    early = texts.parked(session, connection, key[:70])
    for part in parts:
        part.key = key[:70]
        texts.note(session, part, PartState.SENT, None)
        for each in early:
            state = texts.told(each.state)
            if state is not None:
                texts.note(session, part, state, each.reason)


class Reader:
    """Makes messages of what was kept. Any number of processes may."""

    def __init__(self, store: ServiceStore) -> None:
        self._store = store
        self._bell = Bell()

    def wake(self) -> None:
        """There is something new."""
        self._bell.ring()

    def work_some(self) -> None:
        """Work off some of it; where there is nothing, wait a moment for it."""
        with self._store.transaction(EVERYWHERE) as session:
            rows = incoming.claim_due(session, secrets.token_hex(8), _now(), CLAIMED_AT_ONCE)
        for row in rows:
            try:
                self._work(row)
            except Exception as error:
                self._failed(row, error)
        if not rows:
            self._bell.wait(IDLE_SECONDS)

    def _work(self, row: IncomingRow) -> None:
        with self._store.transaction(row.organisation_id) as session:
            connection = connections.get(session, row.connection_id, removed=True)
            parts = list(incoming.whole(session, row)) if row.reference is not None else [row]
            late = row.received_at + incoming.WHOLE_WITHIN <= _now()
            if len(parts) < row.total and not late:
                wait = (row.received_at + incoming.WHOLE_WITHIN - _now()).total_seconds()
                reason = f"{len(parts)} of {row.total} parts have come"
                queue.postpone(session, row, now=_now(), seconds=wait, error=reason)
                return
            smpp = connection.details.smpp
            alphabet = DefaultAlphabet(smpp.alphabet.value) if smpp else DefaultAlphabet.GSM
            decoded = partial(joining.decoded, default=alphabet)
            said = "".join(decoded(each.octets, each.data_coding) for each in parts)
            defects = [] if len(parts) == row.total else [f"{len(parts)} of {row.total} parts came"]
            text = Heard(row.id, str(row.id), row.source, row.destination, said, row.received_at)
            hear(session, connection, text, defects)
            for each in parts:
                each.done_at, each.lease_until, each.owner = _now(), None, None

    def _failed(self, row: IncomingRow, error: Exception) -> None:
        log.warning("text not understood", incoming=str(row.id), exc_info=error)
        said = f"{type(error).__name__}: {error}"
        with self._store.transaction(row.organisation_id) as session:
            if row.attempts >= incoming.LAST_ATTEMPT:
                queue.finish(session, row, now=_now(), error=said[:2000])
            else:
                queue.postpone(session, row, now=_now(), seconds=5.0 * row.attempts, error=said)


def _fingerprint(message: Short | Data) -> str:
    whole = type(message).__name__.encode() + message.body()
    return hashlib.sha256(whole).hexdigest()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
