"""Codes of errors (twilio.com/docs/api/errors) in words for a person."""

from __future__ import annotations

_OPTED_OUT = "The recipient stopped text messages at the carrier"
_BAD_SENDER = "The carrier does not allow this sender"
_SENTENCES = {
    "20003": "The carrier refused the sign-in",
    "20404": "The carrier knows no such account",
    "20429": "The carrier takes no more at the moment",
    "21211": "The carrier knows no such number",
    "21212": _BAD_SENDER,
    "21217": "The carrier knows no such number",
    "21266": "The recipient and the sender are the same number",
    "21408": "The account may not send to this country",
    "21602": "The text is empty",
    "21606": _BAD_SENDER,
    "21608": "A trial account may send to confirmed numbers only",
    "21610": _OPTED_OUT,
    "21611": "The carrier takes no more from this sender at the moment",
    "21612": "The carrier cannot reach this number from this sender",
    "21614": "The number is no mobile phone's",
    "21617": "The text is too long for the carrier",
    "21659": _BAD_SENDER,
    "21660": _BAD_SENDER,
    "21703": "The messaging service has no sender",
    "30001": "The carrier's queue is full",
    "30002": "The carrier has suspended the account",
    "30003": "The phone cannot be reached",
    "30004": "The recipient blocks these texts",
    "30005": "The number is not in use",
    "30006": "The number is a landline, or the network cannot be reached",
    "30007": "The network filtered it as unwanted",
    "30008": "It was not delivered, and the network says no reason",
    "30034": "The sender is not registered for this country",
}
# The address itself is at fault: nobody need try it again.
BAD_NUMBERS = frozenset({"21211", "21217", "21614", "30005", "30006"})
SIGN_IN_REFUSED = frozenset({"20003", "20404", "30002"})
SLOW_DOWN = frozenset({"20429", "21611", "30001"})


def sentence(code: str, said: str = "") -> str:
    """What a code means; for one that nobody knows, what the carrier `said` of it."""
    known = _SENTENCES.get(code) or said.strip()[:200].rstrip(".") or "It was not delivered"
    return f"{known} (error {code})" if code else known
