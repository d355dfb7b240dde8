"""How a scanned number stands: what its device tells, and what a person does about it."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from contracts.channels import ConnectionState
from contracts.whatsapp_gateway import LinkState

from . import outcomes
from .domain import addresses
from .domain.heard import Linked
from .store.tables import ConnectionRow
from .told import announce, set_state

STATES: Final = {
    LinkState.STOPPED: ConnectionState.OFF,
    LinkState.CONNECTING: ConnectionState.CONNECTING,
    LinkState.SCAN_QR: ConnectionState.CONNECTING,
    LinkState.ENTER_CODE: ConnectionState.CONNECTING,
    LinkState.PAIRING: ConnectionState.CONNECTING,
    LinkState.OPEN: ConnectionState.OPEN,
    LinkState.DEGRADED: ConnectionState.FAILING,
    LinkState.LOGGED_OUT: ConnectionState.OFF,
    LinkState.REPLACED: ConnectionState.OFF,
    LinkState.BANNED: ConnectionState.OFF,
    LinkState.OUTDATED: ConnectionState.OFF,
    LinkState.PASSKEY_REQUIRED: ConnectionState.OFF,
    LinkState.WRONG_NUMBER: ConnectionState.OFF,
}
SENTENCES: Final = {
    LinkState.STOPPED: None,
    LinkState.CONNECTING: "Connecting to WhatsApp",
    LinkState.SCAN_QR: "Scan the code with the phone: WhatsApp, Linked devices, Link a device",
    LinkState.ENTER_CODE: "Type the code on the phone: Linked devices, Link with phone number",
    LinkState.PAIRING: "The phone took the code; the phone is being linked",
    LinkState.OPEN: None,
    LinkState.DEGRADED: "WhatsApp does not answer just now; messages wait",
    LinkState.LOGGED_OUT: "The phone ended the link; scan the code again",
    LinkState.REPLACED: "Another program uses this link; end it there, then connect again",
    LinkState.BANNED: "WhatsApp blocked this number for a while",
    LinkState.OUTDATED: "WhatsApp wants a newer version of this program",
    LinkState.PASSKEY_REQUIRED: "This account asks for a passkey, which cannot be given here",
    LinkState.WRONG_NUMBER: "The code was scanned with another phone than the one of this number",
}
# These never go on by themselves.
FINAL: Final = frozenset(
    {
        LinkState.LOGGED_OUT,
        LinkState.REPLACED,
        LinkState.BANNED,
        LinkState.OUTDATED,
        LinkState.PASSKEY_REQUIRED,
        LinkState.WRONG_NUMBER,
    }
)


def follow(session: Session, connection: ConnectionRow, item: Linked) -> None:
    """A device stands elsewhere now. One that is not wanted any more is not believed."""
    if connection.removed or (not connection.wanted and item.state is not LinkState.STOPPED):
        return
    state, reason = item.state, item.reason or None
    if item.number is not None and addresses.key(item.number) != connection.number:
        state, reason = LinkState.WRONG_NUMBER, None
    connection.qr, connection.qr_until = item.qr, item.qr_until
    if state in FINAL:
        connection.wanted = False
    stand(session, connection, state, reason, item)


def stand(
    session: Session,
    connection: ConnectionRow,
    state: LinkState,
    reason: str | None,
    item: Linked,
) -> None:
    """Let it stand so, with the sentence of its state unless `reason` says more."""
    before = connection.link
    sentence = reason or SENTENCES[state]
    told = set_state(session, connection.id, STATES[state], sentence, item.at, link=state)
    if told and state in FINAL and before is not state:
        title = f"The WhatsApp number “{connection.details.label}” is no longer connected"
        outcomes.alert(session, connection, title, sentence or "", item.at)
    elif not told and before is not state:
        connection.link = state
        announce(session, connection)
