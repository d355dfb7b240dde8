"""Receipts in the forms that carriers give them, and ids by each connection's rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_gateway.domain import message_ids, receipts
from sms_gateway.domain.message_ids import IdRule
from sms_gateway.domain.receipts import Receipt, State
from sms_gateway.smpp.commands import Tag

DATES = "submit date:2611291604 done date:2611291605"


@pytest.mark.parametrize(
    ("text", "receipt"),
    [
        (
            f"id:41f sub:001 dlvrd:001 {DATES} stat:DELIVRD err:000 text:Your car",
            Receipt("41f", State.DELIVERED, "DELIVRD", "000"),
        ),
        (
            f"ID:9 SUB:001 DLVRD:000 {DATES.upper()} STAT:UNDELIV ERR:0A5 TEXT:",
            Receipt("9", State.FAILED, "UNDELIV", "0A5"),
        ),
        (f"id: 9 {DATES} stat: DELIVRD err: 000", Receipt("9", State.DELIVERED, "DELIVRD", "000")),
        (f"id:9 {DATES} stat:delivrd", Receipt("9", State.DELIVERED, "DELIVRD")),
        (
            "id:0012AB sub:001 dlvrd:001 submit date:261129160412 done date:20261129160502 "
            "stat:ACCEPTD err:000 text:id:7 stat:REJECTD",
            Receipt("0012AB", State.UNDER_WAY, "ACCEPTD", "000"),
        ),
        (f"id:9 {DATES} stat:BLACKLISTED err:12", Receipt("9", State.UNKNOWN, "BLACKLISTED", "12")),
        ("id:9", Receipt("9", State.UNKNOWN, "")),
    ],
)
def test_texts(text: str, receipt: Receipt) -> None:
    assert receipts.read(text, {}) == receipt


def test_what_parameters_say_counts_more() -> None:
    tlvs: dict[int, bytes] = {
        Tag.RECEIPTED_MESSAGE_ID: b"77\0",
        Tag.MESSAGE_STATE: b"\x05",
        Tag.NETWORK_ERROR_CODE: b"\x03\x00\x0b",
    }
    text = f"id:9 {DATES} stat:DELIVRD err:000"
    assert receipts.read(text, tlvs) == Receipt("77", State.FAILED, "UNDELIV", "011")
    assert receipts.read("", tlvs) == Receipt("77", State.FAILED, "UNDELIV", "011")
    strange: dict[int, bytes] = {Tag.RECEIPTED_MESSAGE_ID: b"7", Tag.MESSAGE_STATE: b"\x63"}
    assert receipts.read("", strange) == Receipt("7", State.UNKNOWN, "STATE 99")


def test_what_names_no_message_is_none() -> None:
    assert receipts.read("Hello", {}) is None
    assert receipts.read("stat:DELIVRD", {Tag.MESSAGE_STATE: b"\x02"}) is None


@pytest.mark.parametrize(
    ("esm_class", "wanted"),
    [(0x00, False), (0x04, True), (0x20, True), (0x40, False), (0x44, True)],
)
def test_which_messages_are_receipts(esm_class: int, wanted: bool) -> None:
    assert receipts.is_receipt(esm_class) is wanted


def test_a_person_is_told_why() -> None:
    failed = Receipt("9", State.FAILED, "EXPIRED", "027")
    assert failed.reason == "It could not be delivered in time (error 027)"
    assert Receipt("9", State.FAILED, "UNDELIV", "000").reason == (
        "It cannot be delivered to this number"
    )
    assert Receipt("9", State.DELIVERED, "DELIVRD").reason is None
    assert failed.final
    assert not Receipt("9", State.UNKNOWN, "UNKNOWN").final


@given(st.text(), st.dictionaries(st.sampled_from(list(Tag)), st.binary(max_size=20)))
def test_whatever_comes(text: str, tlvs: dict[int, bytes]) -> None:
    receipt = receipts.read(text, tlvs)
    assert receipt is None or receipt.message_id


@pytest.mark.parametrize(
    ("rule", "answer", "receipt"),
    [
        (IdRule.AS_IS, "00ABC", "abc"),
        (IdRule.AS_IS, "a29f-68", "A29F-68"),
        (IdRule.AS_IS, "000", "0"),
        (IdRule.ANSWER_HEX, "18d0e03a", "0416342074"),
        (IdRule.RECEIPT_HEX, "0416342074", "18D0E03A"),
        (IdRule.ANSWER_HEX, "not-a-number", "NOT-A-NUMBER"),
    ],
)
def test_ids_that_are_one(rule: IdRule, answer: str, receipt: str) -> None:
    assert message_ids.of_answer(answer, rule) == message_ids.of_receipt(receipt, rule)


def test_ids_that_are_two() -> None:
    assert message_ids.of_answer("10", IdRule.AS_IS) != message_ids.of_receipt("16", IdRule.AS_IS)
    assert message_ids.of_answer("10", IdRule.ANSWER_HEX) == "16"
