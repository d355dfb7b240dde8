"""The client of one number: what it is told to do, and what it tells."""

from __future__ import annotations

import ctypes
import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from neonize import events as told
from neonize.proto.waCompanionReg.WAWebProtobufsCompanionReg_pb2 import DeviceProps
from neonize.utils.enum import (
    ChatPresence,
    ChatPresenceMedia,
    ClientType,
    MediaType,
    Presence,
    ReceiptType,
)

from ..phones import same
from ..protocol.events import Paired, Phase
from .incoming import address
from .library import ProxySettings, client
from .outgoing import jid
from .tap import Tap

NAME = "number"
FIRST_CODE_SECONDS, NEXT_CODE_SECONDS = 60.0, 20.0
# A code that is typed is good until those that are scanned, of which there are six, are used up.
TYPED_CODE_SECONDS = FIRST_CODE_SECONDS + 5 * NEXT_CODE_SECONDS
# What the client says of a pairing that ended (QRChannelItem of whatsmeow).
_PAIRINGS = {
    "timeout": Phase.CODES_USED_UP,
    "err-client-outdated": Phase.OUTDATED,
    "passkey-request": Phase.PASSKEY_REQUIRED,
}
_DONE = ("success",)


class Listener(Protocol):
    """Who hears what the network tells. Called by threads of the client."""

    def phase(self, phase: Phase, detail: str = "", until: dt.datetime | None = None) -> None:
        """The connection changed."""

    def code(self, code: str, seconds: float, *, typed: bool = False) -> None:
        """A code to be scanned, or typed."""

    def paired(self, account: Paired) -> None:
        """Which account it is."""

    def happened(self, event: Any) -> None:
        """Anything that is about messages, receipts, groups."""


class _Client(client.NewClient):  # type: ignore[misc]  # it has no types
    """neonize's client prints the address of what a pairing says, in place of the words."""

    pairing_said: Callable[[str], None]

    def _NewClient__onLoginStatus(self, uuid: int, words: int) -> None:  # noqa: N802
        self.pairing_said(ctypes.string_at(words).decode())


class Network:
    """One session. `run` blocks as long as it lasts; the rest is for other threads.

    A call before the client knows its session would end the process, so each waits for that.
    """

    def __init__(
        self,
        session: Path,
        phone: str,
        *,
        device_name: str,
        proxy: str | None,
        tap: Tap,
        listener: Listener,
    ) -> None:
        self._session = session
        self._phone = phone
        self._proxy = proxy
        self._listener = listener
        self._codes = 0
        self.by_code = False  # whether a phone is linked by a code that is typed
        self._wrong = False
        self._open = threading.Event()
        client.log_whatsmeow = tap
        props = DeviceProps(os=device_name, platformType=DeviceProps.DESKTOP)
        self._client = _Client(str(session), props=props, uuid=NAME)
        self._client.pairing_said = self._pairing_said
        self._client.qr(self._code)
        self._subscribe()

    @property
    def is_open(self) -> bool:
        """Whether the client is signed in and may be asked anything."""
        return self._open.is_set() and bool(self._client.is_connected)

    def has_session(self) -> bool:
        """Whether a phone was linked before. Not to be asked while the session runs."""
        if not self._session.exists():
            return False
        devices = client.ClientFactory.get_all_devices_from_db(str(self._session))
        return any(device.JID.User for device in devices)

    def run(self) -> None:
        """Connect, and show codes where there is no session. Returns when it is over, or the
        network could not be reached at all."""
        self._listener.phase(Phase.CONNECTING)
        proxy = ProxySettings(self._proxy) if self._proxy else None
        try:
            self._client.connect(proxy)
        except Exception as error:
            self._listener.phase(Phase.UNREACHABLE, str(error))

    def stop(self) -> None:
        """Hang up."""
        self._client.stop()

    def logout(self) -> None:
        """Unlink the device."""
        self._client.logout()
        self._listener.phase(Phase.LOGGED_OUT)

    # Only while `is_open`.

    def send(self, to: str, message: Any) -> Any:
        """Send a message; returns what the network says of it."""
        return self._client.send_message(jid(to), message)

    def upload(self, content: bytes, kind: MediaType) -> Any:
        """Put a file where the network keeps it."""
        return self._client.upload(content, kind)

    def download(self, message: Any) -> bytes:
        """The file of a message."""
        content: bytes = self._client.download_any(message)
        return content

    def mark_read(self, chat: str, sender: str, messages: list[str]) -> None:
        """Let senders see that their messages were read."""
        self._client.mark_read(
            *messages, chat=jid(chat), sender=jid(sender or chat), receipt=ReceiptType.READ
        )

    def typing(self, chat: str, *, on: bool, voice: bool) -> None:
        """Let somebody see that he is written to."""
        states, media = ChatPresence, ChatPresenceMedia
        self._client.send_chat_presence(
            jid(chat),
            states.CHAT_PRESENCE_COMPOSING if on else states.CHAT_PRESENCE_PAUSED,
            media.CHAT_PRESENCE_MEDIA_AUDIO if voice else media.CHAT_PRESENCE_MEDIA_TEXT,
        )

    def online(self, *, on: bool) -> None:
        """Be seen as online or not."""
        self._client.send_presence(Presence.AVAILABLE if on else Presence.UNAVAILABLE)

    @property
    def groups(self) -> Any:
        """The client, for what is about groups and finding phones."""
        return self._client

    def _subscribe(self) -> None:
        listener, event = self._listener, self._client.event
        simple: dict[Any, Callable[[Any], None]] = {
            told.ConnectedEv: lambda _: self._connected(),
            told.DisconnectedEv: lambda _: listener.phase(Phase.DISCONNECTED),
            told.KeepAliveTimeoutEv: lambda _: listener.phase(Phase.SILENT),
            told.KeepAliveRestoredEv: lambda _: listener.phase(Phase.OPEN),
            told.StreamReplacedEv: lambda _: listener.phase(Phase.REPLACED),
            told.ClientOutdatedEv: lambda _: listener.phase(Phase.OUTDATED),
            told.LoggedOutEv: lambda e: listener.phase(Phase.LOGGED_OUT, str(e.Reason)),
            told.ConnectFailureEv: lambda e: listener.phase(Phase.UNREACHABLE, e.Message),
            told.TemporaryBanEv: self._banned,
            told.PairStatusEv: self._pair_status,
        }
        for kind, handle in simple.items():
            event(kind)(lambda _client, e, handle=handle: handle(e))
        for kind in (
            told.MessageEv,
            told.UndecryptableMessageEv,
            told.ReceiptEv,
            told.HistorySyncEv,
            told.ChatPresenceEv,
            told.JoinedGroupEv,
            told.GroupInfoEv,
        ):
            event(kind)(lambda _client, e: None if self._wrong else listener.happened(e))

    def _code(self, _client: object, code: bytes) -> None:
        self._codes += 1
        if self.by_code:
            if self._codes == 1:
                # Its own thread: the network's answer comes by this one.
                threading.Thread(target=self._ask_for_code, daemon=True).start()
            return
        seconds = FIRST_CODE_SECONDS if self._codes == 1 else NEXT_CODE_SECONDS
        self._listener.code(code.decode(), seconds)

    def _ask_for_code(self) -> None:
        """Have the network tell the phone that it is to be linked, and show what is typed there."""
        try:
            # The network takes the name of a common browser, and of no other program.
            code = self._client.PairPhone(
                self._phone.lstrip("+"), show_push_notification=True, client_type=ClientType.CHROME
            )
        except Exception as error:
            self._listener.phase(Phase.NO_CODE, str(error))
            return
        self._listener.code(code, TYPED_CODE_SECONDS, typed=True)

    def _pairing_said(self, words: str) -> None:
        if words not in _DONE:
            self._listener.phase(_PAIRINGS.get(words, Phase.UNREACHABLE), words)

    def _pair_status(self, event: Any) -> None:
        if event.Status != event.SUCCESS:
            self._listener.phase(Phase.UNREACHABLE, event.Error)
            return
        self._wrong = not same(event.ID.User, self._phone)
        self._listener.phase(Phase.PAIRING)

    def _connected(self) -> None:
        me = self._client.get_me()
        if self._wrong or not same(me.JID.User, self._phone):
            self._wrong = True
            # Its own thread: this one has to hear the answer.
            threading.Thread(target=self._refuse, args=(me.JID.User,), daemon=True).start()
            return
        self._open.set()
        account = Paired(
            address=address(me.JID),
            phone=f"+{me.JID.User}",
            lid=address(me.LID),
            name=me.PushName or me.BussinessName,
            platform=me.Platform,
        )
        self._listener.paired(account)
        self._listener.phase(Phase.OPEN)

    def _refuse(self, phone: str) -> None:
        """Another phone was linked than the labelled one: unlink it, having taken nothing of it."""
        try:
            self._client.logout()
        finally:
            self._listener.phase(Phase.WRONG_NUMBER, f"+{phone}")

    def _banned(self, event: Any) -> None:
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=event.Expire)
        reason = event.TempBanReason.Name(event.Code) if event.Code else ""
        self._listener.phase(Phase.BANNED, reason, until)
