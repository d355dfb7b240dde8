"""A private Dovecot: IMAP and LMTP, with every mailbox there."""

from __future__ import annotations

import base64
import collections
import contextlib
import grp
import hashlib
import hmac
import json
import os
import pwd
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from scripts.servers import certificate
from scripts.servers.mail_config import fill
from scripts.servers.server import Server, ServerError

INBOX = "INBOX"
NO_IDLE = "imap_capability = IMAP4rev1 LITERAL+ SASL-IR"
MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
# A Maildir file's name begins with the second and microsecond of its delivery.
DELIVERED = re.compile(r"(\d+)\.M(\d+)")


class Dovecot(Server):
    """IMAP (`port`: plain and STARTTLS, `imaps_port`: TLS), LMTP, and SASL for a Postfix.

    Every address has a mailbox, all with the one `password`; `access_token` is for XOAUTH2.
    It needs no privilege: as root it runs as the user mail, else as whoever starts it.
    `idle=False` hides IDLE, as servers without RFC 2177 do. Mail that it sends by itself (Sieve's
    vacation) goes to the SMTP server on `submission_port`, where that is set before the start.
    """

    name = "dovecot"
    account = "mail"
    ports_needed: ClassVar[tuple[str, ...]] = ("port", "imaps", "lmtp", "auth")
    start_seconds: ClassVar[float] = 20

    def __init__(
        self, folder: Path | None = None, *, password: str | None = None, idle: bool = True
    ) -> None:
        super().__init__(folder)
        self.password = password or self.secret
        self.submission_port: int | None = None
        self._idle = idle

    @property
    def imaps_port(self) -> int:
        """The port with TLS from the first byte; the same after a restart."""
        return self.ports["imaps"]

    @property
    def certificate(self) -> Path:
        """The server's certificate (PEM), which is also the CA file of a client that trusts it."""
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        """The private key of `certificate`."""
        return self.folder / "key.pem"

    def mails(self, address: str, folder: str = INBOX) -> list[bytes]:
        """What lies in a folder of the address' mailbox, byte for byte (CRLF), oldest first."""
        return list(self._read(self._home(address), folder))

    def message_ids(self, *addresses: str) -> collections.Counter[str]:
        """How often each Message-ID arrived in the inboxes of these addresses, or of all.

        Mail without one counts under the empty string.
        """
        homes = map(self._home, addresses) if addresses else self._homes.glob("*/*")
        counts: collections.Counter[str] = collections.Counter()
        for home in homes:
            for raw in self._read(home, INBOX):
                found = MESSAGE_ID.search(raw.partition(b"\r\n\r\n")[0])
                counts[found[1].decode("ascii", "replace") if found else ""] += 1
        return counts

    def sieve(self, address: str, script: str) -> None:
        """Filters what arrives for an address from now on by a Sieve script (RFC 5228)."""
        home = self._home(address)
        self._make(home)
        self.write(str((home / "rules.sieve").relative_to(self.folder)), script)

    def renumber(self, address: str) -> None:
        """Gives the address' inbox a new UIDVALIDITY, as a restore from backup does."""
        fresh = str(int(time.time()) + secrets.randbelow(1_000_000))
        update = ["mailbox", "update", "-u", address.lower(), "--uid-validity", fresh, INBOX]
        self.run([_program("doveadm"), "-c", str(self._config), *update])

    def access_token(self, address: str, lifetime: float = 3600) -> str:
        """A bearer token (RFC 7519, HS256) that XOAUTH2 takes for `address` for `lifetime` s."""
        claims = {"sub": address.lower(), "iat": int(time.time()), "typ": "Bearer"}
        claims["exp"] = int(time.time() + lifetime)
        parts = ({"alg": "HS256", "typ": "JWT"}, claims)
        signed = b".".join(_base64url(json.dumps(part).encode()) for part in parts)
        mac = hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()
        return (signed + b"." + _base64url(mac)).decode()

    def prepare(self) -> None:
        """Writes configuration, certificate and token key; clears what a kill left."""
        user = pwd.getpwuid(os.geteuid()) if self._account() is None else pwd.getpwnam(self.account)
        if not self.certificate.exists():
            public, private = certificate.issue()
            self.write(self.key.name, private)
            self.write(self.certificate.name, public)
        values = {
            "folder": self.folder,
            "user": user.pw_name,
            "group": grp.getgrgid(user.pw_gid).gr_name,
            "uid": user.pw_uid,
            "gid": user.pw_gid,
            "password": self.password,
            "certificate": self.certificate,
            "key": self.key,
            "submission": f"submission_host = 127.0.0.1:{self.submission_port}"
            if self.submission_port
            else "",
            "capability": "" if self._idle else NO_IDLE,
            **{f"{name}_port": port for name, port in self.ports.items()},
        }
        self.write(self._config.name, fill("dovecot.conf", **values))
        self.write("oauth2.conf", fill("oauth2.conf", folder=self.folder))
        # Dovecot looks a key up by the token's "azp", algorithm and "kid", here without the two.
        keys = self.folder / "keys" / "default" / "HS256"
        self._make(keys)
        secret = base64.b64encode(self.secret.encode()).decode()
        self.write(str((keys / "default").relative_to(self.folder)), secret)
        self._make(self._homes)
        shutil.rmtree(self.folder / "run", ignore_errors=True)

    def command(self) -> list[str]:
        """The master process in the foreground; the configuration is for Dovecot 2.3."""
        version = self.run([_program("dovecot"), "--version"]).strip()
        if not version.startswith("2.3."):
            raise ServerError(f"Dovecot 2.3 is needed (as in Debian 12), this is {version}")
        return [_program("dovecot"), "-F", "-c", str(self._config)]

    def ready(self) -> bool:
        """Whether IMAP and LMTP greet."""
        return greets(self.port, b"* OK") and greets(self.ports["lmtp"], b"220")

    @property
    def _config(self) -> Path:
        return self.folder / "dovecot.conf"

    @property
    def _homes(self) -> Path:
        return self.folder / "mailboxes"

    def _home(self, address: str) -> Path:
        local, _, domain = address.lower().rpartition("@")
        if not local or {"/", "\0"} & set(address):
            raise ServerError(f"{address!r} is no address")
        return self._homes / domain / local.partition("+")[0]

    def _make(self, folder: Path) -> None:
        """Makes a folder below ours, and its parents, for the server's user."""
        folder.mkdir(parents=True, exist_ok=True)
        if self._account():
            for path in (folder, *folder.parents[: len(folder.relative_to(self.folder).parts) - 1]):
                shutil.chown(path, self.account, self.account)

    def _read(self, home: Path, folder: str) -> Iterator[bytes]:
        root = home / "Maildir" / ("" if folder == INBOX else f".{folder}")
        while True:
            with contextlib.suppress(FileNotFoundError):
                # Dovecot may move a mail from new to cur (and set flags in its name) meanwhile.
                paths = [path for kind in ("new", "cur") for path in _listed(root / kind)]
                yield from [path.read_bytes() for path in sorted(paths, key=_delivery)]
                return


def greets(port: int, greeting: bytes) -> bool:
    """Whether a server on 127.0.0.1:`port` begins what it says with `greeting`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            return client.recv(64).startswith(greeting)
    except OSError:
        return False


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _delivery(path: Path) -> tuple[int, ...]:
    found = DELIVERED.match(path.name)
    return tuple(map(int, found.groups())) if found else (0, 0)


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin")
    if found is None:
        raise ServerError(f"{name} is not installed (Debian's packages dovecot-imapd and -lmtpd)")
    return found
