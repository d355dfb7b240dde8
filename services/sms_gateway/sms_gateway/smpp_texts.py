"""Texts as a message centre takes them: in parts, in their order, or as a whole."""

from __future__ import annotations

import datetime as dt

from contracts.sms_gateway import SmsConnectionDetails

from .domain import joining, senders
from .domain.joining import DefaultAlphabet, Joining, Piece
from .queueing import cut, reference_of
from .smpp.pdus import Short
from .store.tables import TextRow

RECEIPT_WANTED = 1


def pieces_of(row: TextRow, details: SmsConnectionDetails) -> list[Piece]:
    """The parts of a text as its connection takes them; the same at each try."""
    smpp = details.smpp
    assert smpp is not None  # for the type checker: the kind has it
    return joining.pieces(
        cut(row.text, details),
        row.reference,
        Joining(smpp.joining.value),
        reference_of(details),
        DefaultAlphabet(smpp.alphabet.value),
    )


def message(row: TextRow, details: SmsConnectionDetails, piece: Piece) -> Short:
    """One part on its way to the phone."""
    left = row.valid_until - dt.datetime.now(dt.UTC)
    minutes = max(1, int(left.total_seconds() // 60))
    days, hours, left_over = minutes // 1440, minutes % 1440 // 60, minutes % 60
    return Short(
        source=senders.sender(details.sender),
        destination=senders.destination(row.number),
        text=piece.text,
        data_coding=piece.data_coding,
        esm_class=piece.esm_class,
        registered_delivery=RECEIPT_WANTED,  # for every part: some answer for the first alone
        validity=f"0000{days:02d}{hours:02d}{left_over:02d}00000R",  # relative, 7.1.1
        tlvs=piece.tlvs,
    )
