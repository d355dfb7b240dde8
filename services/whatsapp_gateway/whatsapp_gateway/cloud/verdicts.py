"""What Meta's error codes ask for.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes. The first code of a
list that is known here decides; the words are Meta's own where they say more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..drivers import Again, Outcome, Paused, Refused, Scope, Stopped

THROTTLED: Final = 30.0  # seconds; Meta counts in windows of some seconds to a minute
PAIR_RATE: Final = 12.0  # seconds; one message each six, and longer after a burst

_STOPPED: Final = {
    0: "Meta does not know the access token any more; enter a new one",
    190: "The access token has expired; enter a new one",
    3: "The access token may not send by this number",
    10: "The access token lacks the right to send messages",
    368: "Meta blocked this account for a breach of its rules",
    131031: "Meta locked this account",
    130497: "Meta does not let this account write to that country",
    131042: "Meta has no valid payment method for this account",
}
_THROTTLED: Final = frozenset({4, 613, 80007, 130429})
_PAUSED: Final = {
    131048: "Too many recipients reported this number; Meta limits it",
    131064: "The number reached Meta's limit of new people",
}
_FINAL: Final = {
    131026: "It cannot be delivered: the number is not on WhatsApp, or its program is too old",
    131047: "More than 24 hours have passed since the other side wrote; only a template may leave",
    131049: "Meta chose not to deliver this marketing message; not before tomorrow again",
    131050: "The recipient wants no marketing messages by WhatsApp",
    130472: "The recipient takes part in an experiment of Meta's and gets no such messages",
    131051: "WhatsApp does not take this type of message",
    131008: "WhatsApp misses something in the message",
    131009: "WhatsApp does not take a value in the message",
    100: "WhatsApp does not take a value in the message",
}
_TEMPLATES: Final = {
    132000: "The template wants another number of values",
    132001: "There is no such template in this language, or it is not approved",
    132005: "The filled template is too long",
    132007: "The template breaks a rule of WhatsApp's",
    132012: "A value of the template is of another kind",
    132015: "The template is paused, because recipients did not like it",
    132016: "The template was disabled for good",
}
_TEMPLATE_GONE: Final = frozenset({132001, 132007, 132015, 132016})
_MEDIA: Final = frozenset({131052, 131053})
_TRANSIENT: Final = frozenset({1, 131000, 135000})
# The service is down, overloaded, or maintained: it has not looked at the message.
_AWAY: Final = frozenset({2, 131016, 131057, 133004})
_PERMANENT: Final = frozenset({131026})
_OPTED_OUT: Final = frozenset({131050})
NEW_CHATS_RESTRICTED: Final = 463  # of linked devices: no new chats for a while


def of(codes: Iterable[int], said: str) -> Outcome:
    """What to do about a message with these error codes; `said` are the network's words."""
    known = [each for each in (_verdict(code, said) for code in codes) if each is not None]
    if known:
        return known[0]
    code = next((str(code) for code in codes), None)
    return Refused(said or "WhatsApp refused it", code)


def _verdict(code: int, said: str) -> Outcome | None:
    word = str(code)
    if code in _STOPPED or 200 <= code <= 299:
        return Stopped(_STOPPED.get(code, "The access token lacks a right"), word)
    if code in _THROTTLED:
        return Again("WhatsApp wants this number to write slower", THROTTLED, Scope.NUMBER, word)
    if code == 131056:
        reason = "WhatsApp wants this recipient to be written to slower"
        return Again(reason, PAIR_RATE, Scope.RECIPIENT, word)
    if code in _PAUSED:
        return Paused(_PAUSED[code], word)
    if code == NEW_CHATS_RESTRICTED:
        return Paused("WhatsApp lets this number begin no new chats for a while", word, final=True)
    if code in _TEMPLATES:
        return Refused(_TEMPLATES[code], word, template=code in _TEMPLATE_GONE)
    if code in _FINAL:
        opted_out, permanent = code in _OPTED_OUT, code in _PERMANENT
        return Refused(_FINAL[code], word, permanent=permanent, opted_out=opted_out)
    if code in _MEDIA:
        return Again(said or "WhatsApp could not take the file", 10.0, code=word, most=2)
    if code in _AWAY:
        return Again(said or "WhatsApp is not there just now", code=word, away=True)
    if code in _TRANSIENT:
        return Again(said or "WhatsApp has a fault", code=word)
    return None
