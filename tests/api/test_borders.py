"""Who may do what, and the borders between organisations, at every door of a running system."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from api_gateway.door import Door
from api_gateway.doors import DOORS
from contracts.accounts import StaffRole
from contracts.samples import sample
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.context import Role
from scripts.stack import SERVICES
from tests.e2e.client import wait_for

from .conftest import Running

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

# An own field's key is no id: both may have one of the same name.
WITH_ID = [door for door in DOORS if door.in_path and "{key}" not in door.path]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PASSWORD = "correct horse battery staple"  # of `running`, which cannot be imported here
NOBODYS = str(uuid.uuid4())  # a job of one organisation is tried in the tests of jobs
NAMES = {door: f"{door.method} {door.path}" for door in DOORS}

by_role = pytest.mark.parametrize("role", list(StaffRole), ids=lambda role: role.value)


LATER = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).isoformat()
# Where a contract's example, which is of one moment, would be refused before the id is looked at.
VALID_NOW: dict[str, dict[str, Any]] = {
    "link_proposal": {"expires_at": LATER},
    "set_follow_up": {"until": LATER},
    "set_labels": {"label_ids": []},
    "add_note": {"attachments": []},
    "update_note": {"attachments": []},
}


def ask(client: httpx.Client, door: Door, **ids: str) -> httpx.Response:
    """Ask `door` with its contract's example, but for what `ids` say of its path and body."""
    example = msgspec.to_builtins(sample(door.call.request)) | ids
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    if door.takes_version:
        headers["If-Match"] = '"v1"'
    query = {info.name: example[info.name] for info in door.query if info.required}
    body = msgspec.to_builtins(sample(door.body)) if door.has_body else None
    if body is not None:
        body |= VALID_NOW.get(door.name, {}) | {n: id for n, id in ids.items() if n in body}
    path = door.path.format(**example)
    return client.request(door.method, path, params=query, json=body, headers=headers)


@by_role
@pytest.mark.parametrize("door", DOORS, ids=NAMES.values())
def test_a_role_gets_what_the_rights_table_says(
    door: Door, role: StaffRole, running: Running
) -> None:
    """The same request for all; what follows the check of rights may well refuse the example."""
    with running.client("ours", role.value) as client:
        response = ask(client, door)
    allowed = Role(role.value) in door.call.right.roles
    assert response.status_code not in (401, 500, 503), response.text
    forbidden = response.status_code == 403 and response.json()["code"] == "rights.forbidden"
    assert forbidden != allowed, response.text


@pytest.mark.parametrize("door", DOORS, ids=NAMES.values())
def test_nobody_gets_nothing(door: Door, running: Running) -> None:
    with running.stranger() as client:
        response = ask(client, door)
    assert response.status_code == 401
    assert response.json()["code"] == "rights.not_signed_in"


def answer(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.request.url} {response.status_code} {response.text}"
    return response.json() if response.content else None


@dataclass(frozen=True)
class Belongings:
    """Something of every kind that belongs to one organisation; ids as text."""

    user: str
    token: str
    contact: str
    identity: str
    itinerary: str
    reference: str
    service: str
    payment: str
    listing: str
    portal: str
    proposal: str
    review: str
    template: str
    connection: str
    carrier: str
    number: str
    chat: str
    message: str
    conversation: str
    comment: str
    draft: str
    document: str
    label: str
    mail: str
    text: str
    file: str
    notification: str
    session: str
    webhook: str
    delivery: str
    feed: str
    group: str

    def path_of(self, door: Door) -> dict[str, str]:
        """The values for the places in a door's path."""
        kind = door.path.split("/")[1]
        if door.path.startswith("/me/tokens"):
            own = self.token
        elif door.path.startswith("/me/sessions"):
            own = self.session
        elif door.path.startswith("/sandbox/mails"):
            own = self.mail
        elif door.path.startswith("/messages/bulk"):
            own = NOBODYS  # it takes a job to make one
        elif door.path.startswith("/sandbox/texts"):
            own = self.text
        elif door.path.startswith("/sandbox/chats"):
            own = self.chat
        elif door.path.startswith("/whatsapp/groups"):
            own = self.group
        elif door.path.startswith("/connections") and door.interface is WhatsAppGateway:
            own = self.number
        else:
            own = {
                "users": self.user,
                "contacts": self.contact,
                "itineraries": self.itinerary,
                "services": self.service,
                "payments": self.payment,
                "listings": self.listing,
                "portals": self.portal,
                "proposals": self.proposal,
                "reviews": self.review,
                "messages": self.message,
                "conversations": self.conversation,
                "comments": self.comment,
                "documents": self.document,
                "drafts": self.draft,
                "labels": self.label,
                "templates": self.template,
                "connections": self.connection,
                "notifications": self.notification,
                "files": self.file,
                "jobs": NOBODYS,
                "webhooks": self.webhook,
                "feeds": self.feed,
            }[kind]
        others = {
            "identity_id": self.identity,
            "reference": self.reference,
            "delivery_id": self.delivery,
        }
        return {name: others.get(name, own) for name in door.in_path}


def post(client: httpx.Client, path: str, body: Any = None, **options: Any) -> Any:
    return answer(client.post(path, json=body, **options))


def grouped(client: httpx.Client, number: str) -> Any:
    """A group, once the inbox has heard of the number."""
    body = {
        "subject": "Drivers",
        "connection_id": number,
        "participants": [{"address": "351910000124", "name": "Luc"}],
    }
    key = {"Idempotency-Key": "the-only-group"}
    response = client.post("/whatsapp/groups", json=body, headers=key)
    assert response.status_code in (201, 422), response.text
    return response.json() if response.is_success else None


def furnish(client: httpx.Client) -> Belongings:
    """Make one of everything, by the API."""
    address = "rui@supplier.test"
    details = {"label": "Desk", "address": "desk@ours.test", "kind": "sandbox"}
    connection = post(client, "/connections", {"channel": "email", "details": details})
    details = {"label": "Texts", "sender": "Atlas", "kind": "sandbox"}
    carrier = post(client, "/connections", {"channel": "sms", "details": details})
    details = {"label": "Operations", "number": "+351210000000", "kind": "sandbox"}
    number = post(client, "/connections", {"channel": "whatsapp", "details": details})
    answer(client.put("/sandbox/handsets", json={"address": "351910000124"}))
    chat = post(client, "/sandbox/chats", {"address": "351910000124", "text": "Hello"})
    contact = post(
        client,
        "/contacts",
        {
            "name": "Rui Costa",
            "kind": "supplier",
            "identities": [{"scheme": "email", "value": address}],
        },
    )
    day = str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=9))
    trip = post(
        client,
        "/itineraries",
        {
            "details": {"title": "Costa", "start": day, "end": day, "zone": "Europe/Lisbon"},
            "services": [{"kind": "tour", "name": "Walk", "date": day, "zone": "Europe/Lisbon"}],
        },
    )
    payment = post(
        client,
        f"/itineraries/{trip['id']}/payments",
        {"kind": "received", "amount": {"amount": 5, "currency": "EUR"}, "date": day},
        headers={"Idempotency-Key": "the-only-payment"},
    )
    listing = post(client, "/listings", {"name": "Casa", "address": "", "zone": "Europe/Lisbon"})
    portal = post(client, "/portals", {"name": "Stayfinder"})
    stay = {"source": "Stayfinder", "external_id": "RV-1", "scale": "0-10", "date": day}
    review = post(client, "/reviews", {"details": stay | {"overall": 9}})
    proposal = post(client, f"/itineraries/{trip['id']}/proposals", {"offer": {}})
    template = post(
        client,
        "/templates",
        {
            "name": "Meeting",
            "kind": "message",
            "channel": "email",
            "language": "en",
            "subject": "Hello",
            "body": "See you",
        },
    )
    file = answer(client.post("/files", files={"file": ("plan.pdf", PDF)}))
    document = post(client, f"/itineraries/{trip['id']}/documents", {"file_id": file["id"]})
    draft = {
        "to": [{"contact_id": contact["id"]}],
        "connection_id": connection["id"],
        "itinerary_id": trip["id"],
        "subject": "Hello",
        "text": "See you there",
        "attachments": [file["id"]],
    }

    def sent() -> Any:
        """The inbox hears of contacts, trips and connections a moment later."""
        key = {"Idempotency-Key": "the-only-message"}
        response = client.post("/messages", json=draft, headers=key)
        assert response.status_code in (201, 404, 409, 422), response.text
        return response.json() if response.is_success else None

    [message] = wait_for(sent, "the message to be taken", seconds=20)
    about = message["conversation_id"]
    saved = answer(
        client.put(f"/drafts/{uuid.uuid4()}", json={"draft": draft}, headers={"If-Match": '"v0"'})
    )
    comment = post(client, f"/conversations/{about}/comments", {"text": "Known for years"})
    label = post(client, "/labels", {"name": "Waiting"})
    query = {"address": address}
    [mail] = wait_for(
        lambda: answer(client.get("/sandbox/mails", params=query)), "the mail", seconds=20
    )
    text = written(client, carrier["id"])
    group = wait_for(lambda: grouped(client, number["id"]), "the group", seconds=20)
    webhook = post(
        client,
        "/webhooks",
        {"url": "https://hooks.ours.example/in", "events": ["contact.changed"], "active": False},
    )["webhook"]
    delivery = post(client, f"/webhooks/{webhook['id']}/test")
    told = f"/webhooks/{webhook['id']}/deliveries/{delivery['id']}"
    # Nobody has that name; from then on the delivery rests.
    wait_for(lambda: answer(client.get(told))["state"] == "failed", "its end", seconds=20)
    address = "https://calendars.ours.example/casa.ics"
    feed = post(client, "/feeds", {"name": "Casa", "url": address, "source": {}, "active": False})
    return Belongings(
        feed=feed["id"],
        group=group["id"],
        webhook=webhook["id"],
        delivery=delivery["id"],
        user=answer(client.get("/me"))["user"]["id"],
        token=answer(client.get("/me/tokens"))[0]["id"],
        contact=contact["id"],
        identity=contact["identities"][0]["id"],
        itinerary=trip["id"],
        reference=trip["reference"],
        service=trip["services"][0]["id"],
        payment=payment["id"],
        listing=listing["id"],
        portal=portal["id"],
        proposal=proposal["id"],
        review=review["id"],
        template=template["id"],
        connection=connection["id"],
        carrier=carrier["id"],
        number=number["id"],
        chat=chat["id"],
        message=message["id"],
        conversation=about,
        comment=comment["id"],
        draft=saved["id"],
        document=document["id"],
        label=label["id"],
        mail=mail["id"],
        text=text["id"],
        file=file["id"],
        notification=notified(client),
        session=signed_in(client),
    )


def written(client: httpx.Client, carrier: str) -> Any:
    """A text that arrived on a sandbox phone."""
    phone = "+351910000123"
    draft = {
        "channel": "sms",
        "to": [{"address": phone}],
        "connection_id": carrier,
        "text": "Your driver waits outside",
    }
    key = {"Idempotency-Key": "the-only-text"}

    def sent() -> bool:
        response = client.post("/messages", json=draft, headers=key)
        assert response.status_code in (201, 422), response.text
        return response.is_success

    wait_for(sent, "the text to be taken", seconds=20)
    query = {"number": phone}
    texts = wait_for(
        lambda: answer(client.get("/sandbox/texts", params=query)), "the text", seconds=20
    )
    return texts[0]


def notified(client: httpx.Client) -> str:
    """A notification: that of a new password, set here or by an earlier test."""
    client.put("/me/password", json={"old": PASSWORD, "new": PASSWORD[::-1]})

    def newest() -> Any:
        return answer(client.get("/notifications"))["notifications"]

    found: str = wait_for(newest, "the notification", seconds=20)[0]["id"]
    return found


@pytest.fixture(scope="module")
def ours(running: Running) -> Iterator[httpx.Client]:
    with running.client("ours", "owner") as client:
        yield client


@pytest.fixture(scope="module")
def theirs(running: Running) -> Iterator[httpx.Client]:
    with running.client("theirs", "owner") as client:
        yield client


@pytest.fixture(scope="module")
def belongings(ours: httpx.Client) -> Belongings:
    return furnish(ours)


def signed_in(client: httpx.Client) -> str:
    """A session of the client's user, in a browser; the password may have been changed above."""
    email = answer(client.get("/me"))["user"]["email"]
    with httpx.Client(base_url=client.base_url) as browser:
        for password in (PASSWORD, PASSWORD[::-1], sample(str, "new")):
            if browser.post("/session", json={"email": email, "password": password}).is_success:
                break
    found: str = answer(client.get("/me/sessions"))[0]["id"]
    return found


def everything(client: httpx.Client, of: Belongings) -> dict[str, Any]:
    """All that the owner of `of` reads of it."""
    paths = [door.path.format(**of.path_of(door)) for door in WITH_ID if door.method == "GET"]
    paths = [path for path in paths if NOBODYS not in path]
    paths += ["/feeds", "/listings", "/portals", "/reviews", "/overbookings"]
    paths += ["/users", "/me/tokens", "/contacts", "/itineraries", "/conversations", "/templates"]
    found = {path: answer(client.get(path)) for path in [*paths, "/connections"]}
    for each in found["/connections"]:  # whether it works changes by itself
        del each["state"], each["reason"], each["checked_at"]
    for token in found["/me/tokens"]:
        del token["last_used_at"]
    return found


@pytest.fixture(scope="module")
def untouched(ours: httpx.Client, belongings: Belongings) -> dict[str, Any]:
    """All of it, before anybody else asks for it."""
    return everything(ours, belongings)


class Writing:
    """Tells whether anything was written into a database of the system since it was last asked."""

    def __init__(self, folder: Path) -> None:
        files = {service: folder / f"{service}.db" for service in SERVICES}
        self._databases = [
            sqlite3.connect(f"file:{path}?mode=ro", uri=True) for path in files.values()
        ]
        self._seen = self._versions()

    def happened(self) -> bool:
        before, self._seen = self._seen, self._versions()
        return self._seen != before

    def _versions(self) -> list[int]:
        # Changes with each commit by somebody else (sqlite.org/pragma.html).
        return [
            version
            for database in self._databases
            for (version,) in database.execute("PRAGMA data_version")
        ]

    def close(self) -> None:
        for database in self._databases:
            database.close()


@pytest.fixture(scope="module")
def writing(running: Running) -> Iterator[Writing]:
    writing = Writing(running.folder)
    yield writing
    writing.close()


@pytest.mark.parametrize("door", WITH_ID, ids=lambda door: NAMES[door])
def test_anothers_id_is_as_good_as_none(
    door: Door,
    theirs: httpx.Client,
    ours: httpx.Client,
    belongings: Belongings,
    untouched: dict[str, Any],
    writing: Writing,
) -> None:
    with_file = {}
    if door.name == "add_document":  # its file is looked at before its trip
        file = answer(theirs.post("/files", files={"file": ("plan.pdf", PDF)}))
        with_file = {"file_id": file["id"]}
    response = ask(theirs, door, **belongings.path_of(door), **with_file)
    none = ask(theirs, door, **{name: str(uuid.uuid4()) for name in door.in_path}, **with_file)
    # Just as for what never was: nobody learns that it is somebody's.
    assert response.status_code == none.status_code
    if door.name in ("contact_timeline", "itinerary_timeline"):
        assert response.json() == none.json()
        assert response.json()["messages"] == []
    else:
        assert response.status_code == 404, response.text
        assert response.json()["code"] == none.json()["code"]
    if writing.happened():  # to look each time would take two minutes
        assert everything(ours, belongings) == untouched


def test_all_is_as_it_was_before_anothers_ids_were_tried(
    ours: httpx.Client, belongings: Belongings, untouched: dict[str, Any]
) -> None:
    assert everything(ours, belongings) == untouched


@pytest.mark.parametrize("kind", ["connection", "carrier", "number"])
def test_anothers_connection_is_as_good_as_none(
    kind: str, theirs: httpx.Client, ours: httpx.Client, belongings: Belongings
) -> None:
    path = f"/connections/{getattr(belongings, kind)}"
    known = ours.get(path)
    assert known.is_success
    body = {"channel": known.json()["channel"], "details": known.json()["details"]}
    headers = {"If-Match": known.headers["ETag"]}
    for response in (
        theirs.get(path),
        theirs.put(path, json=body, headers=headers),
        theirs.delete(path),
    ):
        assert response.status_code == 404, response.text
        assert response.json()["code"] == "gateway.connection_not_found"
    others = {"connection": "sms", "carrier": "whatsapp", "number": "email"}
    other = ours.put(path, json=body | {"channel": others[kind]}, headers=headers)
    assert other.status_code == 422, other.text
    same = ours.put(path, json=body, headers=headers)
    assert same.is_success, same.text
    assert ours.put(path, json=body, headers=headers).status_code == 412  # it was changed since


def test_anothers_file_is_not_there(
    theirs: httpx.Client, ours: httpx.Client, belongings: Belongings
) -> None:
    assert ours.get(f"/files/{belongings.file}").content == PDF
    assert theirs.get(f"/files/{belongings.file}").status_code == 404


@pytest.mark.parametrize(
    ("path", "name", "key"),
    [
        ("/conversations", "contact", "contact_id"),
        ("/conversations", "itinerary", "itinerary_id"),
        ("/conversations", "connection", "connection_id"),
    ],
)
def test_anothers_id_in_a_query_finds_nothing(
    path: str,
    name: str,
    key: str,
    ours: httpx.Client,
    theirs: httpx.Client,
    belongings: Belongings,
) -> None:
    query = {key: getattr(belongings, name)}
    assert answer(ours.get(path, params=query))["conversations"]
    assert answer(theirs.get(path, params=query))["conversations"] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda own: {"to": [{"contact_id": own.contact}]},
        lambda own: {"itinerary_id": own.itinerary},
        lambda own: {"connection_id": own.connection},
        lambda own: {"template_id": own.template},
        lambda own: {"in_reply_to": own.message},
        lambda own: {"attachments": [own.file]},
        lambda own: {"to": [], "service_ids": [own.service]},
    ],
    ids=["contact", "itinerary", "connection", "template", "message", "file", "service"],
)
def test_anothers_id_in_a_draft_sends_nothing(
    change: Any, theirs: httpx.Client, belongings: Belongings
) -> None:
    mailboxes = {"label": "Desk", "address": "desk@theirs.test", "kind": "sandbox"}
    if not answer(theirs.get("/connections")):
        post(theirs, "/connections", {"channel": "email", "details": mailboxes})
    draft = {"to": [{"address": "a@b.test"}], "subject": "Hi", "text": "Hi"} | change(belongings)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    response = theirs.post("/messages", json=draft, headers=key)
    assert response.status_code in (404, 422), response.text
    assert answer(theirs.get("/conversations"))["conversations"] == []
    shown = theirs.post("/messages/preview", json=draft)
    for secret in ("Rui Costa", "rui@supplier.test", "See you there", "plan.pdf", "Walk"):
        assert secret not in shown.text
