"""The world as rows of the inbox's tables, in the text that COPY takes."""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from contracts.contacts import Contact, Identity, Scheme
from contracts.itineraries import Guest, Itinerary
from fairlead.store.search import Entry, words
from inbox.store import indexes, people, trips
from inbox.store.people import searchable
from inbox.testing import contact, trip

from .terms import Said, Terms, tag
from .world import ARCHIVED_AFTER, END, SPAN, World, Written, numbered, vocabulary

CONTACT, TRIP, CONNECTION, CONVERSATION, IDENTITY = 1, 2, 3, 4, 5
ORGANISATION = numbered(0, 1)
CONNECTIONS = 3
RARE, ONE_IN = "sms", 100  # so many of the contacts write by this channel, the others email
TEXTS = 500
NULL = "\\N"

TABLES = {
    "known_contacts": "organisation_id id version name searched document",
    "known_trips": "organisation_id id version reference reference_key title document",
    "conversations": (
        "organisation_id id version key channel connection_id contact_id contact_name "
        "contact_searched address subject preview searched last_message_id last_direction "
        "last_status last_at unread archived itinerary_ids"
    ),
    "messages": (
        "organisation_id id conversation_id channel connection_id direction kind author_kind "
        "author_name author_id contact_id itinerary_id subject subject_key text html quoted_text "
        "quoted_html attachments deliveries service_ids links parties references defects "
        "automatic imported answers_id provider_id at"
    ),
    "message_itineraries": (
        "organisation_id itinerary_id message_id conversation_id channel origin at"
    ),
    "message_contacts": "organisation_id contact_id message_id channel at",
    "fairlead_search_terms": "organisation_id kind term at document",
    "fairlead_search_forms": "organisation_id form term",
}


@dataclass
class _Latest:
    """What a conversation's row says of its messages."""

    written: Written | None = None
    message: str = ""
    text: str = ""
    subject: str = ""
    archived: bool = False
    trips: dict[int, None] = field(default_factory=dict)


class Rows:
    """The lines of each table. `messages` comes first, and in the order of time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._texts = [world.text() for _ in range(TEXTS)]
        self._latest: dict[int, _Latest] = defaultdict(_Latest)
        self._terms = Terms(ORGANISATION, self._texts)
        self._links: list[str] = []
        self._contacts: list[str] = []

    def of(self, table: str) -> Iterator[str]:
        """The table's lines, without their ends."""
        if table == "messages":
            yield from self._messages()
        elif table == "message_itineraries":
            yield from self._links
        elif table == "message_contacts":
            yield from self._contacts
        elif table == "conversations":
            yield from self._conversations()
        elif table == "known_contacts":
            yield from map(self._contact, range(self._world.known_contacts))
        elif table == "known_trips":
            yield from map(self._trip, range(self._world.known_trips))
        elif table == "fairlead_search_forms":
            yield from self._terms.forms()
        else:
            yield from self._terms.messages()
            for entry in self._entries():
                yield from self._terms.entry(entry)

    def _entries(self) -> Iterator[Entry]:
        """What everything but the messages is found by."""
        for number in range(self._world.known_trips):
            yield trips.entry(ORGANISATION, _known_trip(number))
        for number in range(self._world.known_contacts):
            yield people.entry_of(ORGANISATION, _known_contact(number))
        for number, latest in self._latest.items():
            yield self._conversation(number, latest)

    def _conversation(self, number: int, latest: _Latest) -> Entry:
        assert latest.written is not None  # a conversation is made by its first message
        tag, kept = indexes.CONVERSATIONS.tag, list(latest.trips)[-50:]
        contact = _known_contact(number)
        tags = {
            tag(indexes.CHANNEL, _channel(number)),
            tag(indexes.CONNECTION, numbered(CONNECTION, number % CONNECTIONS)),
            tag(indexes.CONTACT, contact.id),
            tag(indexes.ARCHIVED, latest.archived),
            *(tag(indexes.TRIP, numbered(TRIP, each)) for each in kept),
        }
        references = (_reference(each) for each in kept)
        return Entry(
            index=indexes.CONVERSATIONS,
            organisation=ORGANISATION,
            id=numbered(CONVERSATION, number),
            at=END - dt.timedelta(seconds=latest.written.age),
            words=words(
                contact.name,
                *(each.value for each in contact.identities),
                latest.subject,
                *references,
            ),
            tags=frozenset(tags),
        )

    def _messages(self) -> Iterator[str]:
        chance, organisation = self._world.random, str(ORGANISATION)
        for written in self._world.written:
            at = END - dt.timedelta(seconds=written.age)
            id = _id_at(at, chance.getrandbits(74))
            contact_id = numbered(CONTACT, written.contact)
            conversation = numbered(CONVERSATION, written.contact)
            connection = numbered(CONNECTION, written.contact % CONNECTIONS)
            out = chance.random() < 0.5
            channel = _channel(written.contact)
            number, quoted = chance.randrange(TEXTS), chance.choice(self._texts)
            rare = self._world.rare_words()
            subject = f"{'' if out else 'Re: '}{self._texts[number][:40]}"
            text = f"{self._texts[number]} {' '.join(rare)}"
            tags = [
                tag(indexes.CHANNEL, channel),
                tag(indexes.CONNECTION, connection),
                tag(indexes.CONVERSATION, conversation),
                tag(indexes.DIRECTION, "out" if out else "in"),
                tag(indexes.FILE, False),
                tag(indexes.CONTACT, contact_id),
            ]
            if written.trip is not None:
                tags.append(tag(indexes.TRIP, numbered(TRIP, written.trip)))
            self._terms.said(Said(id, at, number, rare, not out, tuple(tags)))
            latest = self._latest[written.contact]
            latest.written, latest.message, latest.text = written, id, text
            latest.subject = subject
            trip_id, link = NULL, "[]"
            if written.trip is not None:
                latest.trips[written.trip] = None
                trip_id = str(numbered(TRIP, written.trip))
                link = f'[{{"itinerary_id":"{trip_id}","origin":"reply"}}]'
                self._links.append(
                    f"{organisation}\t{trip_id}\t{id}\t{conversation}\t{channel}\treply\t{at}"
                )
            self._contacts.append(f"{organisation}\t{contact_id}\t{id}\t{channel}\t{at}")
            address = _address(written.contact)
            mailbox = f'{{"address":"{address}","name":"{_name(written.contact)}"}}'
            when = at.isoformat()
            yield "\t".join(
                (
                    organisation,
                    id,
                    str(conversation),
                    channel,
                    str(connection),
                    "out" if out else "in",
                    "message",
                    "user" if out else "contact",
                    "Ana Silva" if out else _name(written.contact),
                    NULL,
                    str(contact_id),
                    trip_id,
                    subject,
                    subject.removeprefix("Re: "),
                    text,
                    f"<p>{text}</p>",
                    "" if out else quoted,
                    NULL,
                    "[]",
                    f'[{{"id":"{id}","role":"to","mailbox":{mailbox},"status":"read",'
                    f'"queued_at":"{when}","sent_at":"{when}","read_at":"{when}"}}]'
                    if out
                    else "[]",
                    "[]",
                    link,
                    f'[{{"role":"{"to" if out else "from"}","mailbox":{mailbox},'
                    f'"contact_id":"{contact_id}"}}]',
                    "[]",
                    "[]",
                    "none",
                    "f",
                    NULL,
                    f"<{id}@agency.example>",
                    str(at),
                )
            )

    def _conversations(self) -> Iterator[str]:
        chance = self._world.random
        for number, latest in self._latest.items():
            assert latest.written is not None  # a conversation is made by its first message
            out = chance.random() < 0.5
            archived = latest.written.age > ARCHIVED_AFTER and chance.random() < 0.9
            latest.archived = archived
            known = _known_contact(number)
            name, address = known.name, _address(number)
            connection = numbered(CONNECTION, number % CONNECTIONS)
            kept = [str(numbered(TRIP, each)) for each in list(latest.trips)[-50:]]
            yield "\t".join(
                (
                    str(ORGANISATION),
                    str(numbered(CONVERSATION, number)),
                    "1",
                    f"{_channel(number)} {connection} {numbered(CONTACT, number)}",
                    _channel(number),
                    str(connection),
                    str(numbered(CONTACT, number)),
                    name,
                    _line(searchable(name, *(each.value for each in known.identities))),
                    address,
                    latest.subject,
                    latest.text[:200],
                    _line(searchable(address, latest.subject)),
                    latest.message,
                    "out" if out else "in",
                    "sent" if out else NULL,
                    str(END - dt.timedelta(seconds=latest.written.age)),
                    str(int(not archived and not out and chance.random() < 0.2)),
                    "t" if archived else "f",
                    msgspec.json.encode(kept).decode(),
                )
            )

    def _contact(self, number: int) -> str:
        known = _known_contact(number)
        found = _line(searchable(known.name, _address(number)))
        return f"{ORGANISATION}\t{known.id}\t1\t{known.name}\t{found}\t{_json(known)}"

    def _trip(self, number: int) -> str:
        known = _known_trip(number)
        reference, title = known.reference, known.details.title
        return f"{ORGANISATION}\t{known.id}\t1\t{reference}\t{reference}\t{title}\t{_json(known)}"


def _id_at(at: dt.datetime, chance: int) -> str:
    """A UUIDv7 of a moment, as text."""
    stamp = f"{int(at.timestamp() * 1000):012x}"
    high, low = chance >> 62, chance & (1 << 62) - 1 | 1 << 63
    tail = f"{low:016x}"
    return f"{stamp[:8]}-{stamp[8:]}-7{high:03x}-{tail[:4]}-{tail[4:]}"


def _channel(number: int) -> str:
    return "email" if number % ONE_IN else RARE


def _name(number: int) -> str:
    names = vocabulary()
    return f"{names[number % 800]} {names[800 + number * 7919 % 12_000]}".title()


def _reference(number: int) -> str:
    return f"TRP-{2024 + number % 3}-{number:06}"


@functools.lru_cache(maxsize=1000)
def _known_contact(number: int) -> Contact:
    phone = f"+3519{number * 7_919_993 % 100_000_000:08}"
    identities = [
        Identity(id=numbered(IDENTITY, 2 * number), scheme=Scheme.EMAIL, value=value, display=value)
        for value in [_address(number)]
    ] + [
        Identity(
            id=numbered(IDENTITY, 2 * number + 1), scheme=Scheme.PHONE, value=phone, display=phone
        )
    ]
    return contact(
        _name(number),
        id=numbered(CONTACT, number),
        identities=identities,
        created_at=END - dt.timedelta(seconds=number * SPAN / 1_000_000),
    )


def _known_trip(number: int) -> Itinerary:
    return trip(
        id=numbered(TRIP, number),
        reference=_reference(number),
        title=f"{_name(number)}'s journey",
        guests=[Guest(name=_name(number), lead=True)],
        start=(END - dt.timedelta(days=number % 1095)).date(),
    )


def _address(number: int) -> str:
    return f"person{number}@place{number % 50}.example"


def _line(text: str) -> str:
    """Text with the line ends that COPY would take for its own written as it wants them."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _json(value: object) -> str:
    return _line(msgspec.json.encode(value).decode())
