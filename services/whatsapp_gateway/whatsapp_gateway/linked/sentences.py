"""What a person reads about a number's state: what it is, and what he can do."""

from __future__ import annotations

from .lifecycle import KEY_GONE, Life, State
from .protocol.events import Phase, Reason

_SENTENCES = {
    State.STOPPED: "This number is not connected. Connect it to send and receive.",
    State.CONNECTING: "Connecting to WhatsApp.",
    State.SCAN_QR: (
        "Open WhatsApp on the phone of this number, choose Linked devices, and scan the code."
    ),
    State.ENTER_CODE: (
        "Open WhatsApp on the phone of this number, choose Linked devices, Link with phone number, "
        "and type the code."
    ),
    State.PAIRING: "The phone took the code. Keep WhatsApp open on the phone until this is done.",
    State.OPEN: "Connected.",
    State.DEGRADED: (
        "WhatsApp cannot be reached at the moment. Messages wait here and leave when it is back; "
        "we keep trying."
    ),
    State.LOGGED_OUT: (
        "The link was removed on the phone or by WhatsApp. Scan a new code to go on; what was "
        "written stays here."
    ),
    State.REPLACED: (
        "Another program uses the link of this number. Make sure that it runs in one place only, "
        "then connect it again."
    ),
    State.BANNED: "WhatsApp has blocked this number for some time.",
    State.OUTDATED: (
        "WhatsApp does not accept this version of the connection any more. It works again after "
        "an upgrade."
    ),
    State.PASSKEY_REQUIRED: (
        "This account asks for a passkey, which cannot be given here. Turn the passkey off for "
        "linked devices, or use another account."
    ),
    State.WRONG_NUMBER: (
        "Another phone was linked than the one this number belongs to. It was unlinked again; "
        "scan the code with the right phone."
    ),
}
_USED_UP = "Nobody used the code in time. Ask for a new one when the phone is at hand."
_UNPAIRED = "No phone is linked to this number yet. Scan a code to link it."
_NO_CODE = (
    "WhatsApp gave no code to type just now. Scan a code instead, or try again in some minutes."
)
_KEY_GONE = (
    "The session of this number is sealed with a key that this installation has no more. Give the "
    "key back, or remove the number, add it again, and scan a new code."
)
_STOPPED = {
    Phase.CODES_USED_UP.value: _USED_UP,
    Phase.UNPAIRED.value: _UNPAIRED,
    Phase.NO_CODE.value: _NO_CODE,
}

# Of what was to be sent.
REASONS = {
    Reason.NOT_ON_WHATSAPP: "This number is not on WhatsApp",
    Reason.RESTRICTED: "WhatsApp lets this number write to nobody first just now",
    Reason.NOT_CONNECTED: "The phone's link is not connected just now",
    Reason.NO_FILE: "The file is no longer there",
    Reason.UPLOAD_FAILED: "WhatsApp did not take the file",
    Reason.UNSUPPORTED: "This cannot be sent by a linked device",
    Reason.BAD_ADDRESS: "There is no such account or group",
    Reason.NOT_ALLOWED: "WhatsApp does not let this number do that",
    Reason.BY_NETWORK: "WhatsApp refused it",
    Reason.INTERRUPTED: "Sending was interrupted; whether it left is not known",
    Reason.NO_ANSWER: "WhatsApp did not answer; it may have left",
}


def sentence(life: Life) -> str:
    """The state in a sentence or two."""
    if life.state is State.STOPPED and life.detail in _STOPPED:
        return _STOPPED[life.detail]
    if life.state is State.DEGRADED and life.detail == KEY_GONE:
        return _KEY_GONE
    if life.state is State.BANNED and life.until is not None:
        return f"WhatsApp has blocked this number until {life.until:%Y-%m-%d %H:%M} UTC."
    if life.state is State.WRONG_NUMBER and life.detail:
        return (
            f"The phone {life.detail} was linked, and this number belongs to another. It was "
            "unlinked again; scan the code with the right phone."
        )
    return _SENTENCES[life.state]
