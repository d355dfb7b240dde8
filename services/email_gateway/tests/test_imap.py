"""Reading mailboxes of a real Dovecot: all mails, in order, through every kind of break."""

from __future__ import annotations

import datetime
import imaplib
import itertools
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Literal

import pytest
from imapclient import imap_utf7

from email_gateway import imap_session
from email_gateway.imap import Cursor, Fetched, ImapError, ImapMailbox
from scripts.servers.dovecot import Dovecot
from tests.servers.mailing import deliver, imap_settings, numbered_mail

pytestmark = pytest.mark.servers

START = Cursor(0, 0)
addresses = (f"box{number}@agency.test" for number in itertools.count())


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server that no test stops."""
    with Dovecot() as server:
        yield server


@pytest.fixture
def address() -> str:
    """An address that no other test uses."""
    return next(addresses)


@pytest.fixture
def mailbox(dovecot: Dovecot, address: str) -> Iterator[ImapMailbox]:
    """The mailbox of `address`, by plain IMAP."""
    with ImapMailbox(imap_settings(dovecot, address)) as box:
        yield box


def by_hand(server: Dovecot, address: str) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", server.port)
    client.login(address, server.password)
    client.select()
    return client


def position(mailbox: ImapMailbox) -> Cursor:
    """The cursor behind the last mail that is there now."""
    begun = mailbox.begin(START)
    return Cursor(begun.uidvalidity, begun.before)


def subjects(mails: list[Fetched]) -> list[int]:
    found = [re.search(rb"^Subject: (\d+)\r\n", each.raw or b"", re.MULTILINE) for each in mails]
    return [int(match[1]) for match in found if match]


# -- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_comes_byte_for_byte_and_stays_unseen(
    dovecot: Dovecot, address: str, security: Literal["none", "starttls", "tls"]
) -> None:
    deliver(dovecot, address, numbered_mail(1))
    port = dovecot.imaps_port if security == "tls" else dovecot.port
    there = imap_settings(
        dovecot,
        address,
        security=security,
        port=port,
        host="localhost",
        ca_file=dovecot.certificate,
    )
    with ImapMailbox(there) as box:
        (fetched,) = box.fetch_new(START)
    assert [fetched.raw] == dovecot.mails(address)
    assert fetched.size == len(fetched.raw or b"")
    assert fetched.error is None
    assert not fetched.too_large
    assert fetched.internal_date is not None
    age = datetime.datetime.now(datetime.UTC) - fetched.internal_date
    assert datetime.timedelta(seconds=-2) < age < datetime.timedelta(seconds=60)
    client = by_hand(dovecot, address)
    assert client.search(None, "UNSEEN")[1] == [b"1"]
    client.logout()


def test_five_hundred_mails_come_in_order_and_once(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox
) -> None:
    deliver(dovecot, address, *map(numbered_mail, range(500)))
    cursor, first = START, []
    for fetched in mailbox.fetch_new(START):
        first.append(fetched)
        cursor = fetched.cursor
        if len(first) == 123:
            break
    mailbox.close()  # as a service does that stops in the middle
    rest = list(mailbox.fetch_new(cursor))
    assert subjects(first + rest) == list(range(500))
    assert list(mailbox.fetch_new(rest[-1].cursor)) == []
    assert position(mailbox) == rest[-1].cursor
    assert list(mailbox.fetch_new(position(mailbox))) == []


def test_a_folder_longer_than_one_search_is_read_whole(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_session, "_SEARCH_SPAN", 7)
    deliver(dovecot, address, *map(numbered_mail, range(30)))
    mails = list(mailbox.fetch_new(START))
    assert subjects(mails) == list(range(30))
    for behind in (0, 6, 7, 13, 14, 28, 29):
        assert list(mailbox.fetch_new(mails[behind].cursor)) == mails[behind + 1 :]


def test_mails_deleted_before_or_meanwhile_are_no_gap(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox
) -> None:
    deliver(dovecot, address, *map(numbered_mail, range(120)))
    client = by_hand(dovecot, address)
    client.store("1:10", "+FLAGS", "\\Deleted")
    client.expunge()
    reading = mailbox.fetch_new(START)
    mails = [next(reading)]
    client.store("100:110", "+FLAGS", "\\Deleted")  # these were mails 109 to 119
    client.expunge()
    client.logout()
    mails += list(reading)
    assert subjects(mails) == list(range(10, 109))
    assert all(each.error is None for each in mails)


def test_a_new_uidvalidity_brings_everything_again(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox
) -> None:
    deliver(dovecot, address, *map(numbered_mail, range(3)))
    before = list(mailbox.fetch_new(START))
    mailbox.close()
    dovecot.renumber(address)
    deliver(dovecot, address, numbered_mail(3))
    after = list(mailbox.fetch_new(before[-1].cursor))
    assert subjects(after) == [0, 1, 2, 3]
    assert {each.cursor.uidvalidity for each in after} != {before[0].cursor.uidvalidity}
    assert list(mailbox.fetch_new(after[-1].cursor)) == []


def test_of_what_was_there_before_only_what_came_since_counts(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox
) -> None:
    since = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    client = by_hand(dovecot, address)
    for number, hours in ((0, 24 * 90), (1, 24 * 40), (2, 25), (3, 1), (4, 0)):
        came = imaplib.Time2Internaldate(since - datetime.timedelta(hours=hours))
        client.append("INBOX", "", came, numbered_mail(number))
    cursor = mailbox.begin(START)
    assert cursor.before == position(mailbox).uid
    assert mailbox.begin(cursor) == cursor
    assert subjects(list(mailbox.fetch_new(START, since))) == [4]
    client.append("INBOX", "", imaplib.Time2Internaldate(0), numbered_mail(5))  # moved here
    client.logout()
    found = list(mailbox.fetch_new(cursor, since))
    assert subjects(found) == [4, 5]
    assert subjects(list(mailbox.fetch_new(found[0].cursor, since))) == [5]
    month = since - datetime.timedelta(days=30)
    older = mailbox.older(cursor._replace(uid=cursor.before), month)
    assert subjects(list(mailbox.fetch_older(cursor, older, month, since))) == [2, 3]


def test_uids_that_begin_anew_without_a_word_bring_everything_again(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox
) -> None:
    deliver(dovecot, address, numbered_mail(1), numbered_mail(2))
    far_ahead = position(mailbox)._replace(uid=1_000_000)
    assert subjects(list(mailbox.fetch_new(far_ahead))) == [1, 2]


def test_of_a_mail_too_large_the_header_comes_and_those_behind_it_too(
    dovecot: Dovecot, address: str
) -> None:
    deliver(dovecot, address, numbered_mail(1), numbered_mail(2, size=200_000), numbered_mail(3))
    with ImapMailbox(imap_settings(dovecot, address, size_limit=100_000)) as box:
        small, large, last = box.fetch_new(START)
    assert subjects([small, last]) == [1, 3]
    assert large.raw is None
    assert large.too_large
    assert large.error is None
    assert large.size > 200_000
    assert b"\r\nMessage-ID: <2@guest.test>" in (large.header or b"")
    assert b"0123456789" not in (large.header or b"")


def test_many_megabytes_are_not_fetched_with_one_command(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox
) -> None:
    deliver(dovecot, address, *(numbered_mail(number, size=1_500_000) for number in range(7)))
    mails = list(mailbox.fetch_new(START))
    assert [each.raw for each in mails] == dovecot.mails(address)


def test_another_folder_is_read(dovecot: Dovecot, address: str) -> None:
    with ImapMailbox(imap_settings(dovecot, address, folder="Wycieczki.Kraków & více")) as box:
        with pytest.raises(ImapError, match=r"^select: .*doesn't exist"):
            list(box.fetch_new(START))
        client = by_hand(dovecot, address)
        folder = f'"{imap_utf7.encode("Wycieczki.Kraków & více").decode()}"'
        client.create(folder)
        client.append(folder, "", imaplib.Time2Internaldate(0), numbered_mail(5))
        client.logout()
        assert subjects(list(box.fetch_new(START))) == [5]


# -- waiting --------------------------------------------------------------------------------------


def test_waiting_ends_with_news_and_not_with_keepalives(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox
) -> None:
    assert mailbox.wait(10)  # a new connection: there may be anything
    assert list(mailbox.fetch_new(START)) == []
    began = time.monotonic()
    assert not mailbox.wait(4.5)  # Dovecot says "Still here" every two seconds
    assert time.monotonic() - began >= 4.5

    late = threading.Timer(0.5, deliver, (dovecot, address, numbered_mail(1)))
    late.start()
    began = time.monotonic()
    assert mailbox.wait(30)
    assert time.monotonic() - began < 5
    late.join()
    assert subjects(list(mailbox.fetch_new(START))) == [1]


def test_idle_is_issued_again_before_servers_end_it(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_session, "_IDLE_SECONDS", 0.2)
    mailbox.wait(0)
    late = threading.Timer(1, deliver, (dovecot, address, numbered_mail(1)))
    late.start()
    assert mailbox.wait(30)
    late.join()


def test_mail_that_comes_between_reading_and_waiting_is_told(
    dovecot: Dovecot, address: str, mailbox: ImapMailbox
) -> None:
    for number in range(20):
        last = position(mailbox)
        deliver(dovecot, address, numbered_mail(number))
        began = time.monotonic()
        assert mailbox.wait(20)
        assert time.monotonic() - began < 5
        assert subjects(list(mailbox.fetch_new(last))) == [number]


def test_a_server_without_idle_is_asked() -> None:
    with Dovecot(idle=False) as server:
        there = imap_settings(server, "x@agency.test", poll_interval=0.1)
        with ImapMailbox(there) as box:
            box.wait(0)
            assert not box.wait(0.5)
            late = threading.Timer(0.5, deliver, (server, "x@agency.test", numbered_mail(1)))
            late.start()
            assert box.wait(20)
            late.join()
            assert subjects(list(box.fetch_new(START))) == [1]


def test_waiting_can_be_ended_from_another_thread(mailbox: ImapMailbox) -> None:
    mailbox.wait(0)
    ender = threading.Timer(0.3, mailbox.interrupt)
    ender.start()
    began = time.monotonic()
    with pytest.raises(ImapError, match=r"^idle: "):
        mailbox.wait(30)
    assert time.monotonic() - began < 5
    assert mailbox.wait(30)  # a new connection


def test_an_interrupted_read_of_tls_is_an_error_and_no_crash(
    dovecot: Dovecot, address: str
) -> None:
    there = imap_settings(
        dovecot, address, security="tls", port=dovecot.imaps_port, ca_file=str(dovecot.certificate)
    )
    with closing(ImapMailbox(there)) as box:
        box.wait(0)
        threading.Timer(0.2, box.interrupt).start()
        with pytest.raises(ImapError, match=r"^idle: "):
            box.wait(30)
