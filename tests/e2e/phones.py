"""The phones of a day of duty: the sandbox's, and those on networks with the real protocols."""

from __future__ import annotations

from typing import Any, Protocol

from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e

from scripts.servers.message_centre import MessageCentre
from scripts.servers.whatsapp.server import StandIn
from tests.e2e.client import Api, wait_for

OWN = "34600111222"
DRIVER, GUEST = "34600300001", "34600300009"  # the guest has no WhatsApp
MOTHER, FATHER, AUNT = "34600300002", "34600300003", "34600300004"
SENDER = "+34600111999"


class Phones(Protocol):
    """Everybody's phones, by their numbers."""

    def connections(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The details of a WhatsApp number, and of a carrier of texts."""
        ...

    def prepare(self) -> None:
        """Switch them on. AUNT lets nobody put her into a group."""
        ...

    def scan(self, connection: str, code: str) -> None:
        """Scan the code with the organisation's phone."""
        ...

    def arrived(self, phone: str) -> list[str]:
        """What came to a phone by WhatsApp, the latest last."""
        ...

    def read(self, phone: str) -> None:
        """Its owner reads all of it."""
        ...

    def answer(self, phone: str, name: str, content: bytes) -> None:
        """He answers the latest of it with a voice note (.ogg) or a photo (.png)."""
        ...

    def go_off(self, connection: str) -> None:
        """The organisation's phone loses the network."""
        ...

    def come_back(self, connection: str) -> None:
        """It has it again."""
        ...

    def switch_on(self, phone: str) -> None:
        """A phone gets the text that waits for it."""
        ...

    def texts(self, phone: str) -> int:
        """How many parts of texts came to a phone."""
        ...

    def text(self, phone: str, said: str) -> None:
        """Its owner writes a text."""
        ...


class SandboxPhones:
    """Those of the sandbox, through its doors."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def connections(self) -> tuple[dict[str, Any], dict[str, Any]]:
        number = {"label": "Operations", "kind": "sandbox", "number": f"+{OWN}"}
        carrier = {"label": "Texts", "kind": "sandbox", "sender": SENDER}
        return number, carrier

    def prepare(self) -> None:
        for phone in (DRIVER, MOTHER, FATHER, AUNT):
            handset = {"address": f"+{phone}", "on": True, "private": phone == AUNT}
            self._api.put("/sandbox/handsets", handset)

    def scan(self, connection: str, code: str) -> None:
        assert code.startswith("sandbox:")
        self._api.post("/sandbox/scans", {"connection_id": connection, "number": f"+{OWN}"})

    def arrived(self, phone: str) -> list[str]:
        return [each["text"] for each in reversed(self._to(phone))]

    def read(self, phone: str) -> None:
        self._api.post(f"/sandbox/chats/{self._to(phone)[0]['id']}/read")

    def answer(self, phone: str, name: str, content: bytes) -> None:
        file = self._api.upload(name, content)["file"]
        answer = {"address": f"+{phone}", "files": [file], "quotes": self._to(phone)[0]["id"]}
        self._api.post("/sandbox/chats", answer)

    def go_off(self, connection: str) -> None:
        self._api.post(f"/connections/{connection}/disconnect")

    def come_back(self, connection: str) -> None:
        self.scan(connection, self._api.post(f"/connections/{connection}/qr")["text"])

    def switch_on(self, phone: str) -> None:
        [text] = wait_for(lambda: self._api.get("/sandbox/texts", number=f"+{phone}"), "the text")
        self._api.post(f"/sandbox/texts/{text['id']}/deliver", {"arrived": True})

    def texts(self, phone: str) -> int:
        came = self._api.get("/sandbox/texts", number=f"+{phone}")
        return sum(each["parts"] for each in came if each["from_us"])

    def text(self, phone: str, said: str) -> None:
        self._api.post("/sandbox/texts", {"number": f"+{phone}", "text": said})

    def _to(self, phone: str) -> list[Any]:
        """The latest first."""
        chat = self._api.get("/sandbox/chats", address=f"+{phone}")
        return sorted(
            (each for each in chat if each["from_us"]), key=lambda each: each["at"], reverse=True
        )


class NetworkPhones:
    """Those behind a stand-in for WhatsApp's servers and a message centre."""

    def __init__(self, standin: StandIn, centre: MessageCentre) -> None:
        self._standin = standin
        self._centre = centre

    def connections(self) -> tuple[dict[str, Any], dict[str, Any]]:
        number = {
            "label": "Operations", "kind": "linked", "number": f"+{self._standin.world.own}",
            "pace": {"per_minute": 6000, "people_a_day": 100_000},
        }  # fmt: skip
        smpp = {
            "host": "127.0.0.1", "port": self._centre.port, "system_id": "us",
            "password": self._centre.password,
        }  # fmt: skip
        return number, {"label": "Texts", "kind": "smpp", "sender": SENDER, "smpp": smpp}

    def prepare(self) -> None:
        self._standin.world.private.add(AUNT)
        self._standin.world.unknown.add(GUEST)

    def scan(self, connection: str, code: str) -> None:
        self._standin.scan(code)
        wait_for(lambda: self._standin.world.bundle, "the device's keys")

    def arrived(self, phone: str) -> list[str]:
        return [_words(each.message) for each in self._sent() if self._number(each) == phone]

    def read(self, phone: str) -> None:
        """Its phone has told that already, as soon as it had it."""

    def answer(self, phone: str, name: str, content: bytes) -> None:
        voice = name.endswith(".ogg")
        stored = self._standin.media.store(content, "Audio" if voice else "Image")
        answered = [each for each in self._sent() if self._number(each) == phone][-1]
        quoted = e2e.ContextInfo(
            stanzaID=answered.id, participant=f"{self._standin.world.own}@s.whatsapp.net",
            quotedMessage=answered.message,
        )  # fmt: skip
        about = {
            "URL": stored.url, "directPath": stored.direct_path, "mediaKey": stored.key,
            "fileSHA256": stored.sha256, "fileEncSHA256": stored.encrypted_sha256,
            "fileLength": stored.size, "contextInfo": quoted,
        }  # fmt: skip
        if voice:
            note = e2e.AudioMessage(**about, mimetype="audio/ogg; codecs=opus", PTT=True, seconds=1)
            message = e2e.Message(audioMessage=note)
        else:
            message = e2e.Message(imageMessage=e2e.ImageMessage(**about, mimetype="image/png"))
        self._standin.deliver(message, phone)

    def go_off(self, connection: str) -> None:
        self._standin.rules.refuse = {"reason": "503"}
        self._standin.drop()

    def come_back(self, connection: str) -> None:
        self._standin.rules.refuse = None

    def switch_on(self, phone: str) -> None:
        """It never was off."""

    def texts(self, phone: str) -> int:
        return sum(each["destination"] == phone for each in self._centre.texts)

    def text(self, phone: str, said: str) -> None:
        assert self._centre.bring(phone, SENDER[1:], said) == 0

    def _sent(self) -> list[Any]:
        return [each for each in list(self._standin.sent) if each.message is not None]

    def _number(self, sent: Any) -> str:
        return self._standin.world.number(sent.to)


def _words(message: Any) -> str:
    return str(message.conversation or message.extendedTextMessage.text)
