"""An IMAP server that says what a test wants: for what no honest server would say."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

from email_gateway.imap import ImapMailbox, ImapSettings

# Answers to the commands of a client that finds three mails, of 3 bytes each.
SCRIPT = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN\r\n{tag} OK done\r\n",
    "AUTHENTICATE": "+ \r\n",
    "EXAMINE": "* 3 EXISTS\r\n* OK [UIDVALIDITY 9] x\r\n* OK [UIDNEXT 4] x\r\n{tag} OK done\r\n",
    "UID SEARCH": "* SEARCH 1 2 3\r\n{tag} OK done\r\n",
    "IDLE": "+ idling\r\n",
    "DONE": "{tag} OK done\r\n",
    "NOOP": "{tag} OK done\r\n",
}
DATE = "22-Nov-2026 10:00:00 +0100"
HANG_UP = "\0"
Answer = str | Callable[[str, str], str | None] | None


def facts(uid: int, size: int = 3, date: str = DATE) -> str:
    return f'* {uid} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE "{date}")\r\n'


def body(uid: int, text: str = "x\r\n") -> str:
    return f"* {uid} FETCH (UID {uid} BODY[] {{{len(text)}}}\r\n{text})\r\n"


def fetched(tag: str, command: str) -> str:
    """The answer of an honest server to UID FETCH."""
    form = body if "BODY" in command else facts
    return "".join(form(uid) for uid in asked_for(command)) + f"{tag} OK done\r\n"


def asked_for(command: str) -> list[int]:
    """The UIDs of a UID FETCH, as imapclient writes them: 1,2,3."""
    return [int(uid) for uid in command.split()[2].split(",")]


class Server(socketserver.ThreadingTCPServer):
    """Answers every command by the script: text to send, or what makes it; None hangs up."""

    # Waits for its conversations at the end: one that our side did not close would be noticed.
    daemon_threads = False

    def __init__(self, greeting: str | None, **script: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.greeting = greeting
        named: dict[str, Answer] = {key.replace("_", " "): told for key, told in script.items()}
        self.script: dict[str, Answer] = {**SCRIPT, "UID FETCH": fetched, **named}
        self.heard: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        with suppress(ConnectionError):
            self.talk()

    def talk(self) -> None:
        """Until the client leaves, or the script says to."""
        if self.server.greeting is None:
            return
        self.wfile.write(self.server.greeting.encode())
        tag = ""
        while line := self.rfile.readline(10_000).decode("utf-8", "replace").rstrip("\r\n"):
            self.server.heard.append(line)
            first, _, rest = line.partition(" ")
            # Without a tag are DONE, and what answers a continuation request.
            tag, command = (first, rest) if rest else (tag, line)
            names = [name for name in self.server.script if command.startswith(name)]
            told = self.server.script[names[0]] if names else "{tag} OK done\r\n"
            text = told(tag, command) if callable(told) else told
            if text is None:
                return
            self.wfile.write(
                text.replace("{tag}", tag).rstrip(HANG_UP).encode("latin-1", "replace")
            )
            if text.endswith(HANG_UP):
                return


@contextmanager
def serving(
    greeting: str | None = "* OK hello\r\n", changes: dict[str, Any] | None = None, **script: Answer
) -> Iterator[tuple[ImapMailbox, Server]]:
    """A mailbox at a server that answers by the script, except where told otherwise."""
    with Server(greeting, **script) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        there = ImapSettings(
            **{
                "host": "127.0.0.1",
                "port": server.server_address[1],
                "security": "none",
                "username": "a@agency.test",
                "password": "correct horse",
                "timeout": 5,
                "private_hosts": True,
                **(changes or {}),
            }
        )
        with closing(ImapMailbox(there)) as mailbox:
            yield mailbox, server
        server.shutdown()
