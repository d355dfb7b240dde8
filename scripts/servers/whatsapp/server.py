"""The server: who connects is paired or signed in, and what he says is answered."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import itertools
import os
import ssl
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import websockets
from neonize.proto.waAdv import WAAdv_pb2 as adv
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from websockets.asyncio.server import serve

from scripts.servers import certificate
from scripts.servers.whatsapp_client import CA_NAME, ROOT_NAME

from .answers import World, answer
from .keys import KeyPair
from .media import HOST, MediaServer
from .nodes import Jid, Node
from .noise import Authority, Line
from .post import Post
from .ratchet import unpadded
from .typing import TypedCode

T = TypeVar("T")
SERVER = Jid("@s.whatsapp.net")
SECONDS = 20.0  # a hang, not a measure
PATIENCE = 1.0  # with a client that was told to go


@dataclass
class Sent:
    """A message of the client."""

    id: str
    to: Jid
    message: Any  # decrypted, where it went to one person
    node: Node


@dataclass
class Rules:
    """How the server behaves now."""

    hold: bool = False  # take messages and acknowledge none
    refuse: Mapping[str, str] | None = None  # say <failure> with these attributes at the sign-in
    codes: int = 3
    mute: bool = False  # answer no questions
    deaf: bool = False  # take no notice of what the client acknowledges
    errors: dict[str, str] = field(default_factory=dict)  # by phone: an error instead of an ack
    no_code: str = ""  # refuse a code to type, with this status
    receipts: bool = True  # phones say that they got and read what they got


class StandIn:
    """The server, running in threads of its own until `stop`."""

    def __init__(self, folder: Path, own: str = "34600111222") -> None:
        self.world = World(own)
        self.post = Post(self.world)
        self.rules = Rules()
        self.sent: list[Sent] = []
        self.heard: list[Node] = []
        self.sign_ins = 0
        self.logged_out = False
        self._folder = folder
        self._authority = Authority()
        self._account = KeyPair()
        self._scans: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._lines: list[Line] = []
        self._pairing: list[Line] = []
        self._typed: TypedCode | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[str, Future[Node]] = {}
        public, private = certificate.issue("web.whatsapp.com", "*.whatsapp.net", "*.whatsapp.com")
        self.ca = folder / "ca.pem"
        self.ca.write_text(public, encoding="utf-8")
        both = folder / "server.pem"
        both.write_text(public + private, encoding="utf-8")
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(both)
        self.media = MediaServer(both)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self.port = self.proxy_port = 0
        self._thread.start()
        assert self._ready.wait(SECONDS)

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self.proxy_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs to take this server for the true one."""
        return {CA_NAME: str(self.ca), ROOT_NAME: self._authority.root.public.hex()}

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(SECONDS)
        self.media.stop()

    def reset(self, rules: Rules) -> None:
        """As at the beginning, but for the keys that the client uploaded."""
        self.rules = rules
        self.logged_out = False
        for forgotten in (self.sent, self.heard, self.post, self.world.groups):
            forgotten.clear()
        self.world.unknown.clear()
        self.world.private.clear()

    # What a test makes happen.

    def scan(self, code: str, phone: str | None = None) -> None:
        """A phone scans a QR code."""
        self._loop.call_soon_threadsafe(self._scans.put_nowait, (code, phone or self.world.own))

    def type_code(self, code: str) -> None:
        """The code is typed on the phone that it was asked for."""
        assert self._typed is not None, "nobody asked for a code"
        node = self._typed.typed(code)
        for line in list(self._pairing):
            self._call(line.send(node))

    def deliver(self, message: Any, sender: str, *, id: str = "", group: Jid | None = None) -> str:
        """Somebody writes to the client; it comes again until it is acknowledged."""
        id = id or os.urandom(10).hex().upper()
        lid = self.world.lid(sender)
        attrs = {
            "from": group or lid,
            "id": id,
            "type": "text",
            "t": str(int(time.time())),
            "notify": "Ana",
            "addressing_mode": "lid",
        }
        if group:
            attrs |= {"participant": lid, "participant_pn": Jid(f"{sender}@s.whatsapp.net")}
        else:
            attrs["sender_pn"] = Jid(f"{sender}@s.whatsapp.net")
        return self._deliver(attrs, message, sender)

    def write(self, said: str, sender: str) -> str:
        """Somebody writes some words; as `deliver`."""
        return self.deliver(e2e.Message(conversation=said), sender)

    def deliver_own(self, message: Any, to: str, *, id: str = "", peer: bool = False) -> str:
        """The owner writes on the phone itself; with `peer` it is for the device alone."""
        own = self.world.own
        attrs = {
            "from": Jid(f"{own}@s.whatsapp.net"),
            "recipient": self.world.lid(to),
            "id": id or os.urandom(10).hex().upper(),
            "type": "text",
            "t": str(int(time.time())),
        }
        if peer:
            attrs |= {"category": "peer"}
            attrs.pop("recipient")
        else:
            inside = e2e.DeviceSentMessage(destinationJID=self.world.lid(to), message=message)
            message = e2e.Message(deviceSentMessage=inside)
        return self._deliver(attrs, message, own)

    def _deliver(self, attrs: dict[str, str], message: Any, sender: str) -> str:
        self.say(self.post.write(attrs, message, sender))
        return attrs["id"]

    def receipt(self, message: str, sender: str, kind: str = "") -> None:
        """Somebody's phone tells how a message fared; kind as `read`, or "" for delivered."""
        attrs = {"from": self.world.lid(sender), "id": message, "t": str(int(time.time()))}
        self.say(Node("receipt", {**attrs, **({"type": kind} if kind else {})}))

    def group_receipt(self, message: str, sender: str, group: str, kind: str = "") -> None:
        """The same of somebody in a group."""
        attrs = {"from": Jid(group), "id": message, "t": str(int(time.time()))}
        attrs["participant"] = self.world.lid(sender)
        self.say(Node("receipt", {**attrs, **({"type": kind} if kind else {})}))

    def group_left(self, phone: str, group: str, by: str = "") -> None:
        """Somebody leaves a group, or is taken out by another."""
        known = self.world.groups.get(Jid(group).user)
        if known is not None:
            known.participants = [each for each in known.participants if each.user != phone]
        self._group_news(group, "remove", phone, by or phone)

    def group_joined(self, phone: str, group: str) -> None:
        """Somebody comes into a group by its link."""
        self.world.groups[Jid(group).user].participants.append(Jid(f"{phone}@s.whatsapp.net"))
        self._group_news(group, "add", phone, phone)

    def group_renamed(self, subject: str, group: str, by: str) -> None:
        """Somebody calls a group otherwise."""
        self.world.groups[Jid(group).user].subject = subject
        attrs = {"subject": subject, "s_t": str(int(time.time())), "s_o": self.world.lid(by)}
        self._notify(group, by, Node("subject", attrs))

    def _group_news(self, group: str, what: str, phone: str, by: str) -> None:
        who = Node("participant", {"jid": self.world.lid(phone)})
        self._notify(group, by, Node(what, {"prev_v_id": "1", "v_id": "2"}, [who]))

    def _notify(self, group: str, by: str, what: Node) -> None:
        id = f"news{next(self._numbers)}"
        about = {"from": Jid(group), "id": id, "type": "w:gp2", "t": str(int(time.time()))}
        about["participant"] = self.world.lid(by)
        self.say(Node("notification", about, [what]))

    def typing(self, sender: str, *, on: bool = True) -> None:
        jid = Jid(f"{sender}@s.whatsapp.net")
        self.say(Node("chatstate", {"from": jid}, [Node("composing" if on else "paused")]))

    def hang_up_pairing(self) -> None:
        """As when the last code was not scanned."""
        for line in list(self._pairing):
            self._call(line.close())

    def remove_device(self) -> None:
        """The owner removes the device on the phone."""
        conflict = Node("conflict", {"type": "device_removed"})
        self._end_with(Node("stream:error", {"code": "401"}, [conflict]))

    def replace(self) -> None:
        """Another connection takes over the session."""
        self._end_with(Node("stream:error", {}, [Node("conflict", {"type": "replaced"})]))

    def _end_with(self, node: Node) -> None:
        lines = list(self._lines)
        self.say(node)
        deadline = time.monotonic() + PATIENCE
        while set(lines) & set(self._lines) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.drop()

    def drop(self) -> None:
        """Every connection breaks."""
        for line in list(self._lines):
            self._call(line.close())

    def settle(self) -> None:
        """Returns when the client has handled all that was said before."""
        id = f"mark{next(self._numbers)}"
        future = self._answers[id] = Future()
        about = {"from": SERVER, "id": id, "type": "mark", "t": str(int(time.time()))}
        self.say(Node("notification", about))
        future.result(SECONDS)

    def say(self, node: Node) -> None:
        """To whoever is signed in; nobody is no error."""
        for line in list(self._lines):
            with contextlib.suppress(websockets.ConnectionClosed):
                self._call(line.send(node))

    def unacknowledged(self) -> list[str]:
        """The messages to the client of which it did not say that it has them."""
        return [node.attrs["id"] for node in self.post.under_way()]

    # The server.

    def _call(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        async with serve(self._handle, "127.0.0.1", 0, ssl=self._tls, compression=None) as web:
            self.port = next(iter(web.sockets)).getsockname()[1]
            proxy = await asyncio.start_server(self._proxy, "127.0.0.1", 0)
            self.proxy_port = proxy.sockets[0].getsockname()[1]
            self._ready.set()
            await self._end.wait()
            proxy.close()
            for line in list(self._lines):
                await line.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _proxy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """An HTTP proxy that leads every CONNECT here, by name to messages or files."""
        head = await reader.readuntil(b"\r\n\r\n")
        port = self.media.port if HOST.encode() in head.split(b"\r\n")[0] else self.port
        there = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

    async def _handle(self, socket: Any) -> None:
        line = Line(socket)
        with contextlib.suppress(websockets.ConnectionClosed):
            await line.shake_hands(self._authority)
            await (self._session(line) if line.payload.username else self._pair(line))
        with contextlib.suppress(ValueError):
            self._lines.remove(line)

    async def _pair(self, line: Line) -> None:
        refs = [Node("ref", {}, f"ref{number}".encode()) for number in range(self.rules.codes)]
        about = {"from": SERVER, "id": "pair1", "type": "set", "xmlns": "md"}
        await line.send(Node("iq", about, [Node("pair-device", {}, refs)]))
        self._pairing = [line]
        self._typed = typed = TypedCode(self._account, refused=self.rules.no_code)
        scanning = asyncio.create_task(self._scans.get())
        listening = asyncio.create_task(self._until_gone(line, typed))
        ways: list[asyncio.Future[Any]] = [scanning, listening, typed.linked]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if scanning.done():
            code, phone = scanning.result()
            parts = code.partition("#")[2].split(",")
            identity, secret = base64.b64decode(parts[2]), base64.b64decode(parts[3])
        else:
            scanning.cancel()
            if not typed.linked.done():
                return
            phone = typed.phone
            identity, secret = typed.linked.result()
        device = Jid(f"{phone}:5@s.whatsapp.net"), Jid(f"{self.world.lid(phone).user}:5@lid")
        inside = [
            Node("device-identity", {}, self._identity(identity, secret)),
            Node("biz", {"name": "Trips & Co"}),
            Node("platform", {"name": "smba"}),
            Node("device", {"jid": device[0], "lid": device[1]}),
        ]
        about = {**about, "id": "pair2", "t": str(int(time.time()))}
        await line.send(Node("iq", about, [Node("pair-success", {}, inside)]))
        while not any(node.attrs.get("id") == "pair2" for node in self.heard):
            await asyncio.sleep(0.01)
        # As it does in truth: the client is to come again, signed in.
        await self._dismiss(line, Node("stream:error", {"code": "515"}), listening)

    @staticmethod
    async def _dismiss(line: Line, node: Node, listening: asyncio.Task[None]) -> None:
        """Say why the connection is over; the client hangs up, else the server does. A client that
        finds the line closed forgets what it has not handled yet."""
        await line.send(node)
        await asyncio.wait([listening], timeout=PATIENCE)
        await line.close()
        await asyncio.gather(listening, return_exceptions=True)

    def _identity(self, identity: bytes, secret: bytes) -> bytes:
        """The device, signed by the account: only who saw the QR code can make it."""
        details = adv.ADVDeviceIdentity(
            rawID=1, timestamp=int(time.time()), keyIndex=1
        ).SerializeToString()
        signed = adv.ADVSignedDeviceIdentity(
            details=details,
            accountSignatureKey=self._account.public,
            accountSignature=self._account.sign(b"\6\0" + details + identity),
        ).SerializeToString()
        seal = hmac.digest(secret, signed, "sha256")
        raw: bytes = adv.ADVSignedDeviceIdentityHMAC(details=signed, HMAC=seal).SerializeToString()
        return raw

    async def _until_gone(self, line: Line, typed: TypedCode | None = None) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                node = await line.receive()
                self.heard.append(node)
                if typed is not None and (reply := typed.answer(node)) is not None:
                    await line.send(reply)

    async def _session(self, line: Line) -> None:
        if self.rules.refuse is not None:
            listening = asyncio.create_task(self._until_gone(line))
            await self._dismiss(line, Node("failure", self.rules.refuse), listening)
            return
        self.sign_ins += 1
        now = str(int(time.time()))
        own = str(line.payload.username)
        lid = Jid(f"{self.world.lid(own).user}:{line.payload.device}@lid")
        await line.send(Node("success", {"t": now, "lid": lid, "props": "27"}))
        self._lines.append(line)
        for node in self.post.under_way():
            await line.send(node)
        while True:
            node = await line.receive()
            self.heard.append(node)
            await self._respond(line, node)

    async def _respond(self, line: Line, node: Node) -> None:
        if node.tag == "message":
            await self._take(line, node)
        elif node.tag in ("receipt", "ack"):
            if waiting := self._answers.pop(node.attrs.get("id", ""), None):
                waiting.set_result(node)
            if again := self.post.heard(node, deaf=self.rules.deaf):
                await line.send(again)
        elif node.tag == "iq" and node.attrs.get("type") in ("get", "set"):
            if node.child("remove-companion-device"):
                self.logged_out = True
            if self.rules.mute:
                return
            inside = answer(self.world, node)
            about = {"from": SERVER, "id": node.attrs["id"], "type": "result"}
            await line.send(Node("iq", about, inside))

    async def _take(self, line: Line, node: Node) -> None:
        to, id = Jid(node.attrs["to"]), node.attrs["id"]
        number = self.world.number(to)
        self.sent.append(Sent(id, to, self._decrypted(node, number), node))
        if self.rules.hold:
            return
        now = str(int(time.time()))
        attrs = {"class": "message", "id": id, "from": to, "t": now}
        if error := self.rules.errors.get(number):
            await line.send(Node("ack", {**attrs, "error": error}))
            return
        await line.send(Node("ack", attrs))
        if self.rules.receipts and to.server != "g.us" and number != self.world.own:
            for kind in ({}, {"type": "read"}):
                await line.send(Node("receipt", {"from": to, "id": id, "t": now, **kind}))

    def _decrypted(self, node: Node, number: str) -> Any:
        sealed = node.child("enc")
        for each in node.need("participants").children() if node.child("participants") else ():
            if self.world.number(Jid(each.attrs["jid"]).bare) == number:
                sealed = each.child("enc")
        if sealed is None or sealed.attrs["type"] == "skmsg":
            return None
        plain = self.world.phone(number).decrypt(sealed.attrs["type"], sealed.data)
        return e2e.Message.FromString(unpadded(plain))


@contextlib.contextmanager
def whatsapp(folder: Path) -> Iterator[StandIn]:
    """One under way, with its certificates in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = StandIn(folder)
    try:
        yield made
    finally:
        made.stop()
