"""Mails per second, from the event that asks for one to the server's answer that it has it."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from typing import Any

from scripts.servers.mail import MailServer

from ..ground import Ground
from ..rounds import Ratio, alternate
from ..sides import Side, side
from ..worker import Worker

REACH = 0.8
SENDERS = 4
ADDRESS = "desk@agency.test"
RECIPIENTS = [f"marta{number}@supplier.test" for number in range(20)]
DRAIN_SECONDS = 60.0
# What servers write above a mail that they pass on.
OF_SERVERS = (b"return-path:", b"delivered-to:", b"received:", b" ", b"\t")


def compare(ground: Ground, *, rounds: int, mails: int, gateways: int) -> list[Ratio]:
    """The gateway against smtplib on one connection, and that on as many as the gateway has
    senders against the same one, which tells what the server can take.

    `gateways`: processes of the gateway, each with its senders.
    """
    mail = ground.mail
    server: dict[str, Any] = {
        "port": mail.submission_port,
        "password": mail.password,
        "certificate": str(mail.certificate),
    }
    with ExitStack() as stack:
        ours = stack.enter_context(side(_ours(ground, gateways)))
        ours.workers["desk"].ask("connect", server=server, address=ADDRESS)
        _send_ours(ours, mail, mails)
        sample = _as_sent(mail.mails(RECIPIENTS[0])[-1])
        plain = {}
        for connections in (1, SENDERS):
            start = partial(Worker, "scripts.bench.mail.bare")
            plain[connections] = stack.enter_context(side({"sender": start}))
            plain[connections].workers["sender"].ask(
                "connect", server=server, address=ADDRESS, connections=connections
            )
        send_plain = partial(_send_plain, mail=mail, mails=mails, sample=sample)
        found = alternate(
            {
                "ours": partial(_send_ours, ours, mail, mails),
                "one": partial(send_plain, plain[1]),
                "four": partial(send_plain, plain[SENDERS]),
            },
            rounds,
        )
        costs = ours.cost(), plain[1].cost()
    size = f"each mail {len(sample):,} bytes"
    return [
        Ratio(
            what=f"mails, {gateways} × {SENDERS} senders",
            against="smtplib, one connection",
            unit="mails/s",
            ours=found["ours"],
            theirs=found["one"],
            reach=REACH,
            notes=(size, f"processor time of a mail: {costs[0]}, against {costs[1]}"),
        ),
        Ratio(
            what=f"the server's limit: smtplib, {SENDERS} connections",
            against="smtplib, one connection",
            unit="mails/s",
            ours=found["four"],
            theirs=found["one"],
        ),
    ]


def _ours(ground: Ground, gateways: int) -> dict[str, partial[Worker]]:
    uri = ground.vhost()
    own = {
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_EMAIL_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_EMAIL_CA_FILE": str(ground.mail.certificate),
        "FAIRLEAD_EMAIL_SENDERS": str(SENDERS),
    }
    gateway = ground.environment(uri, ground.database("gateway")) | own
    desk = ground.environment(uri, ground.database("desk"))
    starts = {
        f"gateway {number + 1}": partial(
            Worker, "scripts.bench.mail.gateway", str(number), environment=gateway
        )
        for number in range(gateways)
    }
    return starts | {"desk": partial(Worker, "scripts.bench.mail.desk", environment=desk)}


def _send_ours(each: Side, mail: MailServer, mails: int) -> float:
    desk = each.workers["desk"]
    desk.ask("expect", count=mails)
    with each.counting() as done:
        begun = time.perf_counter()
        desk.ask("queue", count=mails, recipients=RECIPIENTS)
        desk.ask("sent")
        seconds = time.perf_counter() - begun
        done(mails)
    _drain(mail)
    return mails / seconds


def _send_plain(each: Side, *, mail: MailServer, mails: int, sample: str) -> float:
    with each.counting() as done:
        begun = time.perf_counter()
        each.workers["sender"].ask("send", count=mails, recipients=RECIPIENTS, mail=sample)
        seconds = time.perf_counter() - begun
        done(mails)
    _drain(mail)
    return mails / seconds


def _drain(mail: MailServer) -> None:
    """Return when everything is delivered, so that it burdens nobody else's round."""
    deadline = time.monotonic() + DRAIN_SECONDS
    show = ["/usr/sbin/postqueue", "-c", str(mail.postfix.folder), "-p"]
    while "is empty" not in mail.postfix.run(show):
        if time.monotonic() > deadline:
            raise TimeoutError("mail stays in the server's queue")
        time.sleep(0.05)


def _as_sent(arrived: bytes) -> str:
    """A mail as it left, in latin-1, which keeps every byte."""
    lines = arrived.split(b"\r\n")
    first = next(n for n, line in enumerate(lines) if not line.lower().startswith(OF_SERVERS))
    return b"\r\n".join(lines[first:]).decode("latin-1")
