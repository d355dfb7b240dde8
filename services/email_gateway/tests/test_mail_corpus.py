"""Real mail: every expectation of the corpus that FAIRLEAD_CORPUS names, if it names one.

The folder's `email/expectations.json` says for each file what a correct reader finds in it. The
mails are third parties' and not in the repository; without the folder there is nothing to run.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from email_gateway.domain.automatic import Kind, classify, may_answer
from email_gateway.domain.bounces import Report, read_report
from email_gateway.domain.mime import Attachment, Mail, read_mail
from email_gateway.domain.quotes import Reply, split_html, split_reply

OWN_DOMAINS = ("trip.test",)


@dataclass(frozen=True)
class Reading:
    """All that the rules say of one file."""

    mail: Mail
    report: Report | None
    kind: Kind
    reply: Reply
    allowed: bool
    seconds: float


def read(raw: bytes) -> Reading:
    began = time.process_time()
    mail = read_mail(raw)
    reading = Reading(
        mail,
        read_report(mail),
        classify(mail, OWN_DOMAINS),
        split_reply(mail.text),
        may_answer(mail, [place.address for place in mail.to], OWN_DOMAINS),
        0.0,
    )
    if mail.html is not None:
        split_html(mail.html)
    return Reading(**{**vars(reading), "seconds": time.process_time() - began})


def folded(text: str) -> str:
    return " ".join(text.split())


def bare(message_id: str) -> str:
    return message_id.strip("<>")


def files(mail: Mail) -> Iterator[Attachment]:
    """The attachments, and those of the messages that are attached."""
    for file in mail.attachments:
        yield file
        if file.content_type == "message/rfc822":
            yield from files(read_mail(file.content))


def calendar(reading: Reading) -> str:
    (file,) = (file for file in reading.mail.attachments if file.content_type == "text/calendar")
    return file.content.decode().replace("\r\n", "\n").replace("\n ", "")


def failed(reading: Reading) -> list[str]:
    return sorted(one.address for one in reading.report.recipients) if reading.report else []


def each(reading: Reading, name: str) -> list[Any]:
    return [getattr(one, name) for one in reading.report.recipients] if reading.report else []


def places(mail: Mail) -> set[str]:
    return {place.address for place in (*mail.to, *mail.cc)} | set(mail.delivered_to)


CHECKS: dict[str, Callable[[Reading, Any], bool]] = {
    "kind": lambda found, value: found.kind == value,
    "is_bounce": lambda found, value: (found.report is not None) == value,
    "is_auto_reply": lambda found, value: (found.kind is Kind.AUTO_REPLY) == value,
    "reopen_or_autoreply_allowed": lambda found, value: found.allowed == value,
    "status": lambda found, value: each(found, "status") == value,
    "hard": lambda found, value: each(found, "hard") == value,
    "original_message_id": lambda found, value: (
        found.report is not None and bare(found.report.original_message_id) == value
    ),
    "text": lambda found, value: folded(found.mail.text) == value,
    "subject": lambda found, value: found.mail.subject == value,
    "from": lambda found, value: found.mail.sender.address == value,
    "from_name": lambda found, value: found.mail.sender.name == value,
    "to": lambda found, value: [place.address for place in found.mail.to] == value,
    "to_mailbox": lambda found, value: value in places(found.mail),
    "in_reply_to": lambda found, value: [bare(one) for one in found.mail.in_reply_to] == [value],
    "references_count": lambda found, value: len(found.mail.references) == value,
    "reply_text": lambda found, value: folded(found.reply.visible) == folded(value),
    "must_contain": lambda found, value: all(part in found.reply.visible for part in value),
    "must_not_raise": lambda found, value: value is True,  # it was read, or we were not here
    "must_finish_within_s": lambda found, value: found.seconds < value,
    "attachment_names_any": lambda found, value: (
        not {file.name for file in files(found.mail)}.isdisjoint(value)
    ),
    "attachment_name_must_not_contain": lambda found, value: (
        not any(
            part.replace("\\x00", "\x00") in file.name
            for part in value
            for file in files(found.mail)
        )
    ),
    "calendar_method": lambda found, value: f"\nMETHOD:{value}\n" in calendar(found),
    "calendar_summary": lambda found, value: value.replace(",", "\\,") in calendar(found),
    "calendar_start": lambda found, value: (
        value[:19].replace("-", "").replace(":", "") in calendar(found)
    ),
}
# Kept elsewhere: the raw bytes are the store's, a reason's name is another project's.
OTHERS = {"note", "stored_raw", "reason_sisimai", "failed_recipients", "also_acceptable_recipients"}


def cases() -> Iterator[Any]:
    folder = os.environ.get("FAIRLEAD_CORPUS")
    if not folder:
        return
    root = Path(folder) / "email"
    expectations = json.loads((root / "expectations.json").read_text("utf-8"))["files"]
    for name, about in sorted(expectations.items()):
        yield pytest.param(root / name, about["expect"], id=name)


CASES = list(cases())

# Collected only where there is a corpus: an empty parametrisation would show as skipped.
if CASES:

    @pytest.mark.parametrize(("path", "expected"), CASES)
    def test_every_expectation_of_the_corpus(path: Path, expected: dict[str, Any]) -> None:
        found = read(path.read_bytes())
        assert set(expected) <= set(CHECKS) | OTHERS
        wrong = {key for key, check in CHECKS.items() if key in expected} - {
            key for key, check in CHECKS.items() if key in expected and check(found, expected[key])
        }
        assert not wrong, (sorted(wrong), found.kind, found.report, found.reply, found.mail)
        if "failed_recipients" in expected:
            accepted = [expected["failed_recipients"]]
            accepted.append(expected.get("also_acceptable_recipients", accepted[0]))
            assert failed(found) in [sorted(one) for one in accepted]
