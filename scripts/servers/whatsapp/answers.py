"""What the server answers to the questions (iq) of a client."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .media import HOST
from .nodes import Jid, Node
from .ratchet import Bundle, Phone

GROUP = "120363000000000001"


@dataclass
class Group:
    address: Jid
    subject: str
    participants: list[Jid]  # by phone


@dataclass
class World:
    """Who is there. Phones are digits; a LID is made of the phone, as nobody could in truth."""

    own: str
    phones: dict[str, Phone] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)  # not on WhatsApp
    private: set[str] = field(default_factory=set)  # whom nobody may put into a group
    groups: dict[str, Group] = field(default_factory=dict)
    bundle: Bundle | None = None
    prekeys: list[tuple[int, bytes]] = field(default_factory=list)

    def phone(self, number: str) -> Phone:
        return self.phones.setdefault(number, Phone())

    def lid(self, number: str) -> Jid:
        return Jid(f"88{number[2:]}@lid")

    def number(self, jid: str) -> str:
        """The phone behind an address of either kind."""
        user = Jid(jid).user
        return user if Jid(jid).server == "s.whatsapp.net" else f"34{user[2:]}"

    def next_bundle(self) -> Bundle:
        """The client's keys, with a prekey that nobody used."""
        assert self.bundle is not None, "the client uploaded no keys"
        id, key = self.prekeys.pop()
        b = self.bundle
        return Bundle(b.identity, b.signed, b.signed_id, key, id)


def answer(world: World, question: Node) -> list[Node] | None:
    """What is inside of the result."""
    about = (question.attrs.get("xmlns", ""), question.attrs.get("type", ""))
    handler = _HANDLERS.get(about)
    return handler(world, question) if handler else None


def _keys(world: World, question: Node) -> list[Node] | None:
    if question.child("count"):
        return [Node("count", {"value": str(len(world.prekeys))})]
    if (wanted := question.child("key")) is None:
        return None
    return [Node("list", {}, [_bundle(world, user.attrs["jid"]) for user in wanted.children()])]


def _bundle(world: World, jid: str) -> Node:
    phone = world.phone(world.number(jid))
    signature = phone.identity.sign(b"\5" + phone.signed.public)
    return Node(
        "user",
        {"jid": jid},
        [
            Node("registration", {}, phone.registration.to_bytes(4, "big")),
            Node("type", {}, b"\5"),
            Node("identity", {}, phone.identity.public),
            Node(
                "skey",
                {},
                [
                    Node("id", {}, b"\0\0\1"),
                    Node("value", {}, phone.signed.public),
                    Node("signature", {}, signature),
                ],
            ),
            Node("key", {}, [Node("id", {}, b"\0\0\2"), Node("value", {}, phone.once.public)]),
        ],
    )


def _upload(world: World, question: Node) -> None:
    if (uploaded := question.child("list")) is None:
        return
    keys = [(_id(each), each.need("value").data) for each in uploaded.children("key")]
    world.prekeys.extend(keys)
    signed = question.need("skey")
    id, key = keys[0]
    world.bundle = Bundle(
        question.need("identity").data, signed.need("value").data, _id(signed), key, id
    )


def bundle_in(receipt: Node) -> Bundle | None:
    """The client's keys as it sends them with a receipt of what it could not read, if it does."""
    if (keys := receipt.child("keys")) is None:
        return None
    signed, once = keys.need("skey"), keys.need("key")
    return Bundle(
        keys.need("identity").data,
        signed.need("value").data,
        _id(signed),
        once.need("value").data,
        _id(once),
    )


def _id(key: Node) -> int:
    return int.from_bytes(key.need("id").data, "big")


def _media(world: World, question: Node) -> list[Node]:
    attrs = {"auth": "x", "ttl": "300", "auth_ttl": "21600", "max_buckets": "12"}
    return [Node("media_conn", attrs, [Node("host", {"hostname": HOST})])]


def _users(world: World, question: Node) -> list[Node]:
    asked = question.need("usync", "query")
    users = question.need("usync", "list").children("user")
    found = [_user(world, asked, user) for user in users]
    return [Node("usync", {}, [Node("result"), Node("list", {}, found)])]


def _user(world: World, asked: Node, user: Node) -> Node:
    contact = user.child("contact")
    jid = user.attrs.get("jid", "")
    number = (
        world.number(jid)
        if jid
        else contact.data.decode().strip("+").partition("@")[0]
        if contact
        else ""
    )
    known = number not in world.unknown
    inside = []
    if asked.child("devices"):
        own = [Node("device", {"id": "5", "key-index": "1"})] if number == world.own else []
        inside.append(
            Node("devices", {}, [Node("device-list", {}, [Node("device", {"id": "0"}), *own])])
        )
    if asked.child("lid") and known:
        inside.append(Node("lid", {"val": world.lid(number)}))
    if contact:
        inside.append(Node("contact", {"type": "in" if known else "out"}, contact.data))
    return Node("user", {"jid": jid or _jid(number)}, inside)


def _jid(number: str) -> Jid:
    return Jid(f"{number}@s.whatsapp.net")


def _read_group(world: World, question: Node) -> list[Node] | None:
    group = world.groups.get(Jid(question.attrs["to"]).user)
    if group is None:
        return None
    if question.child("invite"):
        return [Node("invite", {"code": "AbCdEf123"})]
    return [_group(world, group, {})]


def _change_group(world: World, question: Node) -> list[Node] | None:
    if create := question.child("create"):
        asked = [Jid(world.number(each.attrs["jid"])) for each in create.children("participant")]
        refused = {each: "403" for each in asked if each in world.private}
        group = Group(Jid(f"{GROUP}@g.us"), create.attrs["subject"], [])
        group.participants = [_jid(each) for each in asked if each not in refused]
        world.groups[GROUP] = group
        return [_group(world, group, refused)]
    if leave := question.child("leave"):
        for each in leave.children("group"):
            world.groups.pop(Jid(each.attrs["id"]).user, None)
        return [leave]
    group = world.groups[Jid(question.attrs["to"]).user]
    if subject := question.child("subject"):
        group.subject = subject.data.decode()
        return None
    change = next(iter(question.children()))
    return [Node(change.tag, {}, [_admitted(world, group, change, e) for e in change.children()])]


def _admitted(world: World, group: Group, change: Node, participant: Node) -> Node:
    number = world.number(participant.attrs["jid"])
    attrs = {"jid": world.lid(number), "phone_number": _jid(number)}
    if change.tag == "add" and number in world.private:
        return Node("participant", {**attrs, "error": "403"})
    if change.tag == "add":
        group.participants.append(_jid(number))
    elif _jid(number) in group.participants:
        group.participants.remove(_jid(number))
    return Node("participant", attrs)


def _group(world: World, group: Group, refused: dict[Jid, str]) -> Node:
    now = str(int(time.time()))
    attrs = {
        "id": group.address.user,
        "creator": world.lid(world.own),
        "creation": now,
        "subject": group.subject,
        "s_t": now,
        "s_o": world.lid(world.own),
        "addressing_mode": "lid",
    }
    members: list[dict[str, str]] = [{"number": world.own, "type": "superadmin"}]
    members += [{"number": each.user} for each in group.participants]
    members += [{"number": each, "error": code} for each, code in refused.items()]
    inside = []
    for member in members:
        number = member.pop("number")
        address = {"jid": world.lid(number), "phone_number": _jid(number)}
        inside.append(Node("participant", {**address, **member}))
    return Node("group", attrs, inside)


_HANDLERS: dict[tuple[str, str], Callable[[World, Node], list[Node] | None]] = {
    ("encrypt", "get"): _keys,
    ("encrypt", "set"): _upload,
    ("w:m", "set"): _media,
    ("usync", "get"): _users,
    ("w:g2", "get"): _read_group,
    ("w:g2", "set"): _change_group,
}
