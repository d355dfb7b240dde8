"""A day of duty by WhatsApp and by text, once in the sandbox, once over the real protocols.

An admin adds the number "Operations" and scans the code. Three services of one driver leave as a
duty message: one check, two, blue. He answers with a voice note and a photo, which stand on the
trip's timeline. A family group is made for the trip: three are asked, one lets nobody add her and
gets an invitation. The phone loses the network: the connection says so, messages wait, and leave
once each. A guest without WhatsApp gets the same news as a text in three parts, its receipts n of
m, its credits taken. He answers STOP: no further text leaves, and who tries is told why.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import uuid
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from scripts.servers.mail import MailServer
from scripts.servers.message_centre import MessageCentre
from scripts.servers.whatsapp.server import whatsapp
from tests.e2e.client import Api, wait_for
from tests.e2e.phones import (
    AUNT,
    DRIVER,
    FATHER,
    GUEST,
    MOTHER,
    NetworkPhones,
    Phones,
    SandboxPhones,
)
from tests.e2e.worlds import OWNER, PASSWORD, embedded, open_folder, real

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(300)]

NEWS = "The boat leaves from another quay. " * 10  # three parts
INVITATION = "https://chat.whatsapp.com/"


def test_in_the_sandbox(tmp_path: Path) -> None:
    with embedded(tmp_path) as up:
        owner = next(each for each in up["users"] if each["role"] == "owner")
        with Api(up["address"], owner["email"], owner["password"]) as api:
            Day(api, SandboxPhones(api)).pass_by()


def test_over_the_real_protocols() -> None:
    with (
        MailServer() as mail,
        MessageCentre() as centre,
        open_folder() as folder,
        whatsapp(folder / "whatsapp") as standin,
        real(
            folder / "stack",
            mail,
            runners={"whatsapp_gateway": "scripts.servers.whatsapp_gateway"},
            FAIRLEAD_SMS_PRIVATE_HOSTS="yes",
            FAIRLEAD_WHATSAPP_LINKED_FOLDER=str(folder / "linked"),
            FAIRLEAD_WHATSAPP_LINKED_PROXY=standin.proxy,
            **standin.environment,
        ) as stack,
        Api(stack.address, OWNER, PASSWORD) as api,
    ):
        Day(api, NetworkPhones(standin, centre)).pass_by()


class Day:
    """One day, on one kind of phones."""

    def __init__(self, api: Api, phones: Phones) -> None:
        self.api = api
        self.phones = phones

    def pass_by(self) -> None:
        self.phones.prepare()
        number, carrier = self.phones.connections()
        self.carrier = self.api.post("/connections", {"channel": "sms", "details": carrier})["id"]
        self._link(number)
        self._people()
        self._duty()
        self._answers()
        self._family()
        self._without_network()
        self._by_text()

    def _link(self, details: dict[str, Any]) -> None:
        body = {"channel": "whatsapp", "details": details}
        self.number = self.api.post("/connections", body)["id"]
        path = f"/connections/{self.number}"
        if self.api.get(path)["state"] == "open":  # in the sandbox it is, from the beginning
            self.phones.go_off(self.number)
        code = wait_for(lambda: self.api.post(f"{path}/qr"), "a code to scan")
        self.phones.scan(self.number, code["text"])
        self._wait_until("open")

    def _wait_until(self, state: str) -> Any:
        path = f"/connections/{self.number}"

        def reached() -> Any:
            connection = self.api.get(path)
            return connection if connection["state"] == state else None

        return wait_for(reached, f"the number to be {state}", 120)

    def _people(self) -> None:
        self.driver = self._contact("Duarte Reis", DRIVER, "supplier")
        family = ("Ana Grant", MOTHER), ("Rui Grant", FATHER), ("Zoe Grant", AUNT)
        self.family = [self._contact(name, phone) for name, phone in family]
        self.guest = self._contact("Luis Grant", GUEST, scheme="phone")
        self.trip = self._trip()

    def _contact(
        self, name: str, phone: str, kind: str = "traveller", scheme: str = "whatsapp"
    ) -> str:
        identity = {"scheme": scheme, "value": f"+{phone}"}
        contact = {"name": name, "kind": kind, "identities": [identity]}
        return str(self.api.post("/contacts", contact)["id"])

    def _trip(self) -> Any:
        day = str((dt.datetime.now(dt.UTC) + dt.timedelta(days=20)).date())
        common = {"zone": "Europe/Lisbon", "supplier_id": self.driver, "date": day}
        common |= {"supplier_name": "Duarte Reis", "kind": "transfer"}
        names = ("Airport pick-up", "09:30:00"), ("To the quay", "14:00:00"), ("Home", "22:15:00")
        details = {
            "title": "Grant family", "start": day, "end": day, "zone": "Europe/Lisbon",
            "guests": [{"name": "Ana Grant", "lead": True}],
        }  # fmt: skip
        services = [{**common, "name": name, "time": time} for name, time in names]
        trip = {"details": details, "state": "confirmed", "services": services}
        return self.api.post("/itineraries", trip)

    def _duty(self) -> None:
        day = self.trip["details"]["start"]
        found = self.api.get("/concierge", start=day, end=day)[0]["services"]
        mine = [each["service"] for each in found if self._is_ours(each)]
        assert len(mine) == 3
        self._sent = self._send(
            kind="duty_message", itinerary_id=self.trip["id"], from_concierge=True,
            service_ids=[each["id"] for each in mine],
        )  # fmt: skip
        [message] = wait_for(lambda: self.phones.arrived(DRIVER), "the duty message")
        for wanted in ("Airport pick-up", "To the quay", "Home", "09:30", "22:15"):
            assert wanted in message
        self._status(self._sent, "sent", "delivered", "read")
        self._status(self._sent, "delivered", "read")
        self.phones.read(DRIVER)
        delivery = self._status(self._sent, "read")
        moments = [delivery[f"{step}_at"] for step in ("sent", "delivered", "read")]
        assert all(moments)

    def _is_ours(self, each: Any) -> bool:
        return bool(each["service"]["details"]["supplier_id"] == self.driver)

    def _send(self, **draft: Any) -> str:
        """Send by WhatsApp, once it can be composed."""
        whole = {"channel": "whatsapp", "connection_id": self.number, **draft}

        def ready() -> bool:
            response = self.api.http.post("/messages/preview", json=whole)
            return response.is_success and not any(p["problems"] for p in response.json())

        wait_for(ready, "a preview without problems")
        key = str(uuid.uuid4())
        [sent] = self.api.send(whole, key)
        assert self.api.send(whole, key)[0]["id"] == sent["id"], "a double click sends once"
        return str(sent["id"])

    def _delivery(self, message: str) -> Any:
        return self.api.get(f"/messages/{message}")["deliveries"][0]

    def _status(self, message: str, *wanted: str) -> Any:
        def reached() -> Any:
            delivery = self._delivery(message)
            return delivery if delivery["status"] in wanted else None

        return wait_for(reached, f"the message to be {wanted}")

    def _answers(self) -> None:
        self.phones.answer(DRIVER, "note.ogg", _voice_note())
        self.phones.answer(DRIVER, "gate.png", _photo())
        # An answer to the duty message, and so on the trip it was about.
        timeline = f"/itineraries/{self.trip['id']}/timeline"

        def shown() -> Any:
            files = {
                each["content_type"].partition(";")[0]: each
                for message in self.api.get(timeline)["messages"]
                if message["direction"] == "in"
                for each in message["attachments"]
            }
            return files if {"audio/ogg", "image/png"} <= files.keys() else None

        files = wait_for(shown, "voice note and photo on the trip")
        sound = self.api.http.get(f"/files/{files['audio/ogg']['id']}?disposition=inline")
        assert sound.content == _voice_note()
        told = sound.headers["content-type"], sound.headers["accept-ranges"]
        assert told == ("audio/ogg", "bytes"), "a player asks for pieces"
        picture = f"/files/{files['image/png']['id']}/thumbnail"
        wait_for(lambda: self.api.http.get(picture).is_success, "the photo's picture")

    def _family(self) -> None:
        body = {
            "subject": "Family Grant", "connection_id": self.number,
            "itinerary_id": self.trip["id"],
            "participants": [{"contact_id": each} for each in self.family],
        }  # fmt: skip
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        group = self.api.post("/whatsapp/groups", body, **headers)
        assert self.api.post("/whatsapp/groups", body, **headers)["id"] == group["id"]

        def settled() -> Any:
            now = self.api.get(f"/whatsapp/groups/{group['id']}")
            standings = {each["contact_id"]: each["standing"] for each in now["participants"]}
            return now if "asked" not in standings.values() else None

        made = wait_for(settled, "an outcome for each")
        standing = {each["contact_id"]: each for each in made["participants"]}
        assert [standing[each]["standing"] for each in self.family] == ["added", "added", "invited"]
        assert standing[self.family[2]]["reason"]
        path = f"/conversations/{made['conversation_id']}/messages"
        notes = [each["text"] for each in self.api.get(path)["messages"]]
        assert any("Zoe Grant" in each and "invitation" in each for each in notes), notes
        wait_for(
            lambda: any(INVITATION in each for each in self.phones.arrived(AUNT)),
            "the invitation",
            90,
        )

    def _without_network(self) -> None:
        self.phones.go_off(self.number)
        path = f"/connections/{self.number}"
        told = wait_for(
            lambda: now if (now := self.api.get(path))["state"] != "open" else None,
            "the number to say that it is off",
        )
        assert told["reason"]
        said = [f"The gate is number {number}" for number in range(1, 4)]
        waiting = [self._send(to=[{"contact_id": self.driver}], text=each) for each in said]
        assert [self._delivery(each)["status"] for each in waiting] == ["queued"] * 3
        self.phones.come_back(self.number)
        self._wait_until("open")
        for each in waiting:
            self._status(each, "delivered", "read")
        assert sorted(self.phones.arrived(DRIVER)[-3:]) == said
        assert len(self.phones.arrived(DRIVER)) == 4, "each once"

    def _by_text(self) -> None:
        prices = {"prices": [{"channel": "sms", "mode": "by_hand", "credits": 2}]}
        known = self.api.http.get("/credits/prices").headers["ETag"]
        self.api.put("/credits/prices", prices, **{"If-Match": known})
        top_up = {"credits": 20, "note": "Invoice 7"}
        self.api.post("/credits/ledger", top_up, **{"Idempotency-Key": str(uuid.uuid4())})
        draft = {
            "channel": "sms", "connection_id": self.carrier, "itinerary_id": self.trip["id"],
            "to": [{"contact_id": self.guest}], "text": NEWS,
        }  # fmt: skip
        cost = wait_for(lambda: self.api.post("/messages/preview", draft)[0]["cost"], "the prices")
        assert cost == {"units": 3, "credits": 6}
        balance = self.api.get("/credits")["balance"]
        [sent] = self.api.send(draft)
        self.phones.switch_on(GUEST)
        delivery = self._status(sent["id"], "delivered")
        assert delivery["parts"] == {"of": 3, "taken": 3, "delivered": 3, "refused": 0}
        assert self.phones.texts(GUEST) == 3
        wait_for(lambda: self.api.get("/credits")["balance"] == balance - 6, "the credits")

        self.phones.text(GUEST, "STOP")
        wait_for(lambda: self.api.get("/sms/opt-outs")["opt_outs"], "STOP to be heard")
        [shown] = self.api.post("/messages/preview", draft)
        assert "STOP" in shown["problems"][0]["reason"]
        [refused] = self.api.send(draft)
        failed = self._status(refused["id"], "failed")
        assert "STOP" in failed["reason"]
        assert self.phones.texts(GUEST) == 3
        wait_for(lambda: self.api.get("/credits")["reserved"] == 0, "the credits to be released")
        assert self.api.get("/credits")["balance"] == balance - 6


def _voice_note() -> bytes:
    """An Ogg page with the head of an Opus stream (RFC 7845): as much as says what it is."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    page = b"OggS" + struct.pack("<BBqIIIB", 0, 2, 0, 1, 0, 0, 1) + bytes([len(head)])
    return page + head


def _photo() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (12, 120, 140)).save(picture, "PNG")
    return picture.getvalue()
