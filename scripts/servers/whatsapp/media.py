"""Files in transit: encrypted blobs on an HTTPS server, as `mmg.whatsapp.net` keeps them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from fairlead.testing.web import WebServer, plain

from .keys import derived

HOST = "mmg.whatsapp.net"


@dataclass(frozen=True)
class Stored:
    """What a message says of its file."""

    path: str
    key: bytes
    sha256: bytes
    encrypted_sha256: bytes
    size: int

    @property
    def direct_path(self) -> str:
        return f"{self.path}?ccb=11-4"

    @property
    def url(self) -> str:
        return f"https://{HOST}{self.direct_path}"


class MediaServer:
    """Takes what is uploaded, gives what is stored. `broken` paths answer 500."""

    def __init__(self, certificate: Path) -> None:
        self.blobs: dict[str, bytes] = {}
        self.uploads = 0
        self.broken: set[str] = set()
        self._web = WebServer(certificate)
        self._web.answer = self._answer
        self.port = self._web.port

    def stop(self) -> None:
        self._web.stop()

    def store(self, content: bytes, kind: str) -> Stored:
        """A file as the phone of somebody would have uploaded it; `kind` as Image, Document."""
        key = os.urandom(32)
        keys = derived(key, f"WhatsApp {kind} Keys".encode(), 112)
        iv, cipher, mac_key = keys[:16], keys[16:48], keys[48:80]
        count = 16 - len(content) % 16
        step = Cipher(algorithms.AES(cipher), modes.CBC(iv)).encryptor()
        sealed = step.update(content + bytes([count]) * count) + step.finalize()
        sealed += hmac.digest(mac_key, iv + sealed, "sha256")[:10]
        path = f"/v/t62.7118-24/{os.urandom(8).hex()}"
        self.blobs[path] = sealed
        sha256 = hashlib.sha256
        return Stored(path, key, sha256(content).digest(), sha256(sealed).digest(), len(content))

    def opened(self, path: str, key: bytes, kind: str) -> bytes:
        """The content of an uploaded file."""
        keys = derived(key, f"WhatsApp {kind} Keys".encode(), 112)
        step = Cipher(algorithms.AES(keys[16:48]), modes.CBC(keys[:16])).decryptor()
        plain_text = step.update(self.blobs[path][:-10]) + step.finalize()
        return plain_text[: -plain_text[-1]]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = urlsplit(handler.path).path
        if handler.command == "POST":
            self.uploads += 1
            stored = f"/v/t62/{path.rpartition('/')[2]}"
            self.blobs[stored] = self._web.seen[-1][3]
            answer = {"url": f"https://{HOST}{stored}", "direct_path": stored, "handle": ""}
            plain(handler, json.dumps(answer).encode())
        elif path in self.broken:
            plain(handler, b"", 500)
        elif path in self.blobs:
            plain(handler, self.blobs[path])
        else:
            plain(handler, b"", 404)
