"""Odd mails, through receiver and store: each is told of as it should be, none is lost, and none
stops those behind it.

Those in `corpus` are made up for this, after what real programs send; `expected.json` says what is
to be found in each. Where FAIRLEAD_CORPUS names a folder, the mails in it go the same way.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.channels import DeliveryUpdated, MessageReceived
from email_gateway.store.tables import DispatchRow, IncomingRow
from fairlead.store import Database
from tests.receiving import Receiving

CORPUS = Path(__file__).parent / "corpus"
EXPECTED: dict[str, dict[str, Any]] = json.loads((CORPUS / "expected.json").read_text("utf-8"))
RECIPIENT = "gone@hotel.test"
GOOD = b"From: ana@hotel.test\r\nMessage-ID: <good@hotel.test>\r\nSubject: Good\r\n\r\nGood.\r\n"


class Sent:
    """A message of ours that the mails of the corpus answer, or report on."""

    def __init__(self, receiving: Receiving) -> None:
        self.dispatch: DispatchRow = receiving.send(RECIPIENT)
        bounces = receiving.threader.bounce_address(self.dispatch.id, "desk@agency.test")
        self._words = {b"@MAIL_ID@": (self.dispatch.mail_id or "").encode()}
        self._words[b"@BOUNCES@"] = bounces.encode()

    def told(self, raw: bytes) -> bytes:
        """The mail with our ids in it, its lines ended as an IMAP server ends them."""
        for word, written in self._words.items():
            raw = raw.replace(word, written)
        return raw.replace(b"\n", b"\r\n")


def one(raw: bytes, receiving: Receiving) -> tuple[IncomingRow, Sent, MessageReceived | None]:
    """A mail that is kept and worked off: its row, what it may answer, what was told of it."""
    sent = Sent(receiving)
    assert receiving.keep(sent.told(raw))
    receiving.work()
    row = receiving.rows()[-1]
    told = receiving.told(MessageReceived)
    return row, sent, told[-1] if told and told[-1].id == row.id else None


@pytest.fixture(scope="module")
def receiving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiving]:
    folder = tmp_path_factory.mktemp("corpus")
    database = Database(f"sqlite:///{folder / 'store.db'}", name="trial")
    yield Receiving(database, folder)
    database.close()


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_is_told_of_a_mail(name: str, receiving: Receiving) -> None:
    wanted = dict(EXPECTED[name])
    row, sent, told = one((CORPUS / f"{name}.eml").read_bytes(), receiving)
    assert (row.error, row.kind) == (None, wanted.pop("kind"))
    if "delivery" in wanted:
        update = receiving.told(DeliveryUpdated)[-1]
        assert update.delivery_id == sent.dispatch.id
        assert update.status.value == wanted.pop("delivery")
        assert update.code == wanted.pop("code", None)
        assert update.permanent is wanted.pop("permanent", False)
        assert told is None
    elif row.kind == "delay":
        assert told is None
    else:
        assert told is not None
        assert (told.answers == sent.dispatch.message_id) is wanted.pop(
            "answers", row.kind == "complaint"
        )
        assert told.automatic.value == wanted.pop("automatic", "none" if wanted else "auto_reply")
        found = {
            "subject": told.subject,
            "sender": told.sender.address,
            "sender_name": told.sender.name,
            "text": folded(told.text),
            "attachments": [file.name for file in told.attachments],
        }
        assert {key: found[key] for key in found if key in wanted} == {
            key: wanted.pop(key) for key in found if key in wanted
        }
        parts = {
            "quoted": folded(told.quoted_text),
            "text_has": folded(told.text),
            "html_has": told.html or "",
            "subject_has": told.subject,
            "attachments_has": " ".join(found["attachments"]),
            "attachment_type": " ".join(file.content_type for file in told.attachments),
        }
        for key in parts.keys() & wanted.keys():
            assert wanted.pop(key) in parts[key], key
        assert wanted.pop("html_lacks", "<script") not in (told.html or "")
    assert wanted == {}


def test_every_mail_of_the_corpus_says_what_is_expected_of_it() -> None:
    assert {path.stem for path in CORPUS.glob("*.eml")} == set(EXPECTED)


def monsters() -> dict[str, bytes]:
    """Mails that nobody would keep in a file."""
    head = b"From: ana@hotel.test\nTo: desk@agency.test\nSubject: Monster\n"
    html = head + b"Content-Type: text/html\n\n"
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(300)
    )
    noise = random.Random(7).randbytes(30_000)
    ids = b" ".join(b"<%d.%s@hotel.test>" % (number, b"x" * 40) for number in range(1500))
    return {
        "nothing": b"",
        "an empty line": b"\n",
        "noise": noise,
        "noise in the body": head + b"\n" + noise,
        "a header of half a megabyte": head + b"X-Filler: " + b"x y " * 125_000 + b"\n\nHi\n",
        "ten thousand fields": head + b"X-Field: x\n" * 10_000 + b"\nHi\n",
        "a long thread": head + b"References: " + ids + b"\n\nHi\n",
        "addresses without end": b"From: ana@hotel.test\nTo: "
        + b"a@b.test, " * 8_000
        + b"\n\nHi\n",
        "parentheses": b"From: " + b"(" * 5_000 + b"ana@hotel.test\nTo: (((\n\nHi\n",
        "nested multiparts": head + nested + b"\nHi\n",
        "parts without end": head
        + b"Content-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: text/plain\n\nx\n" * 3_000,
        "nested HTML": html + b"<div>" * 20_000 + b"Hi",
        "unfinished tags": html + b"<a/ b " * 8_000,
        "quotes that are none": head + b"\n" + b"On " * 10_000 + b"\n" + b"Od: x\n" * 3_000,
        "quotes in quotes": head + b"\n" + b"".join(b">" * depth + b" x\n" for depth in range(400)),
        "a long line": head + b"\n" + b"x" * 300_000,
    }


def files() -> Iterator[tuple[str, bytes]]:
    """The corpus, the monsters, and real mail where a folder of it is named."""
    folder = os.environ.get("FAIRLEAD_CORPUS")
    paths = [*CORPUS.glob("*.eml"), *(Path(folder).rglob("*.eml") if folder else ())]
    for path in sorted(paths):
        yield str(path), path.read_bytes()
    yield from monsters().items()


@pytest.mark.timeout(150)
def test_no_mail_is_lost_and_none_stops_those_behind_it(store: Database, tmp_path: Path) -> None:
    receiving = Receiving(store, tmp_path)
    sent = Sent(receiving)
    mails = {name: sent.told(raw) for name, raw in files()}
    kept = {name: raw for name, raw in mails.items() if receiving.keep(raw)}
    for name in mails.keys() - kept.keys():  # two files, one mail
        assert mails[name] in kept.values(), name
    receiving.keep(GOOD)
    begun = time.process_time()
    receiving.work()
    assert time.process_time() - begun < 10
    rows = receiving.rows()
    assert all(row.done_at for row in rows)
    assert [row.error for row in rows if row.error] == []
    read = receiving.files.read
    assert [read(receiving.organisation, row.key) for row in rows] == [*kept.values(), GOOD]
    told = {each.id for each in receiving.told(MessageReceived)}
    silent = {row.kind for row in rows if row.id not in told}
    assert silent <= {"bounce", "delay", "success", "read_receipt", "loop"}
    assert receiving.told(MessageReceived)[-1].subject == "Good"
