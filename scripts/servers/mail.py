"""A mail system of our own on loopback: Postfix in front of Dovecot."""

from __future__ import annotations

import collections
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from scripts.servers.dovecot import INBOX, Dovecot
from scripts.servers.mail_rules import Rule, Rules
from scripts.servers.postfix import Postfix, need_root

DOMAINS = ("agency.test", "supplier.test", "guest.test")
MIB = 1024 * 1024


class MailServer:
    """Takes mail by SMTP for `domains`, keeps it for IMAP, and answers as told.

    Every address of the domains has a mailbox, `password` opens each; nothing leaves the machine:
    mail to another domain is refused, from a signed-in client it bounces with 5.1.2.

    `message_limit`: bytes of the largest mail that is taken (552 5.3.4 above).
    `queue_lifetime`: seconds that a deferred mail is retried before it bounces.
    `delay_warning`: seconds after which its sender gets a DSN with `Action: delayed`; 0 for none.
    Needs root, for Postfix; raises ServerError otherwise.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        domains: Sequence[str] = DOMAINS,
        message_limit: int = 40 * MIB,
        queue_lifetime: int = 3600,
        delay_warning: int = 0,
    ) -> None:
        need_root()  # before a folder is made
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="fairlead-mail-"))
        # The users of the two servers pass through it into their own folders.
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        self.dovecot = Dovecot(self.folder / "dovecot")
        self.postfix = Postfix(
            self.dovecot,
            domains,
            self.folder / "postfix",
            message_limit=message_limit,
            queue_lifetime=queue_lifetime,
            delay_warning=delay_warning,
        )
        self.dovecot.submission_port = self.postfix.port
        self._rules = Rules()

    @property
    def smtp_port(self) -> int:
        """SMTP as an MX offers it: no sign-in needed for the domains; STARTTLS and AUTH offered."""
        return self.postfix.port

    @property
    def submission_port(self) -> int:
        """SMTP for signed-in clients, STARTTLS offered."""
        return self.postfix.submission_port

    @property
    def smtps_port(self) -> int:
        """SMTP for signed-in clients, with TLS from the first byte."""
        return self.postfix.smtps_port

    @property
    def imap_port(self) -> int:
        """IMAP, STARTTLS offered."""
        return self.dovecot.port

    @property
    def imaps_port(self) -> int:
        """IMAP with TLS from the first byte."""
        return self.dovecot.imaps_port

    @property
    def password(self) -> str:
        """The password of every address, for SMTP and IMAP."""
        return self.dovecot.password

    @property
    def certificate(self) -> Path:
        """The CA file for clients that check certificates (host `localhost` or 127.0.0.1)."""
        return self.dovecot.certificate

    @property
    def running(self) -> bool:
        """Whether both servers run."""
        return self.dovecot.running and self.postfix.running

    def start(self) -> None:
        """Starts what does not run, on the same ports and data as before."""
        self.postfix.rules_port = self._rules.start()
        self.dovecot.start()
        self.postfix.start()

    def stop(self) -> None:
        """Stops both; a mail that is just being delivered may come once more after a start."""
        self.postfix.stop()
        self.dovecot.stop()

    def kill(self) -> None:
        """SIGKILL to both; what they accepted is there after a start, some of it perhaps twice."""
        self.postfix.kill()
        self.dovecot.kill()

    def close(self) -> None:
        """Stops the servers for good, and removes the folder if it was a temporary one."""
        if self._temporary:
            self.kill()  # a stop takes Dovecot a second, for data that nobody will see
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.stop()
        self._rules.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def refuse(self, address: str, reply: str = "550 5.1.1 User unknown") -> None:
        """RCPT for `address` is refused with `reply`: SMTP code, enhanced code, text."""
        self._rules.set("door", address, Rule(reply))

    def greylist(self, address: str, times: int | None = 1) -> None:
        """RCPT for `address` is put off with 450 4.2.0, so many times or (None) always."""
        self._rules.set("door", address, Rule("450 4.2.0 Greylisted, try again later", times))

    def bounce(self, address: str, reply: str = "550 5.1.1 User unknown") -> None:
        """Mail to `address` is accepted; its provider refuses it and the sender gets a DSN."""
        self._rules.set("provider", address, Rule(reply))

    def defer(self, address: str, reply: str = "450 4.3.2 Try again later") -> None:
        """Mail to `address` is accepted and waits, until `restore` or the end of its time."""
        self._rules.set("provider", address, Rule(reply))

    def fill(self, address: str) -> None:
        """The mailbox of `address` is full: 452 4.2.2 from its provider, otherwise as `defer`."""
        self.defer(address, "452 4.2.2 Mailbox full")

    def restore(self, address: str) -> None:
        """Takes back all of the above; what waits for `address` is tried again at once."""
        self._rules.clear(address)
        self.postfix.flush()

    def mails(self, address: str, folder: str = INBOX) -> list[bytes]:
        """See Dovecot.mails."""
        return self.dovecot.mails(address, folder)

    def message_ids(self, *addresses: str) -> collections.Counter[str]:
        """See Dovecot.message_ids."""
        return self.dovecot.message_ids(*addresses)
