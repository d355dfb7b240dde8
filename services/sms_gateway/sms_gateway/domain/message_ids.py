"""What a carrier calls a text, in its answer and in its receipts, which often differ.

An answer in hexadecimal and receipts in decimal, zeros in front or none, letters in either case:
each connection has a rule by which both become one key.
"""

from __future__ import annotations

import enum
import re

_DECIMAL = re.compile(r"[0-9]{1,20}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{1,16}")


class IdRule(enum.Enum):
    """How the ids of answers and receipts are made equal.

    AS_IS: they are, but for zeros in front and for case. ANSWER_HEX: the answer is hexadecimal and
    the receipt decimal. RECEIPT_HEX: the other way round.
    """

    AS_IS = "as_is"
    ANSWER_HEX = "answer_hex"
    RECEIPT_HEX = "receipt_hex"


def of_answer(id: str, rule: IdRule) -> str:
    """The key of a text by the id in the answer to it."""
    return _key(id, hexadecimal=rule is IdRule.ANSWER_HEX, decimal=rule is IdRule.RECEIPT_HEX)


def of_receipt(id: str, rule: IdRule) -> str:
    """The key of a text by the id in a receipt."""
    return _key(id, hexadecimal=rule is IdRule.RECEIPT_HEX, decimal=rule is IdRule.ANSWER_HEX)


def _key(id: str, *, hexadecimal: bool, decimal: bool) -> str:
    id = id.strip()
    if hexadecimal and _HEXADECIMAL.fullmatch(id):
        return str(int(id, 16))
    if decimal and _DECIMAL.fullmatch(id):
        return str(int(id))
    # An id that the rule does not fit is still one: the carrier may have changed its ways.
    return id.lstrip("0").lower() or "0"
