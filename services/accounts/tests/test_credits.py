"""Credits: never below nothing, each effect once, and every one in the ledger (mission H7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.domain import spending
from accounts.domain.spending import Units
from contracts.accounts import (
    Branding,
    Charge,
    LedgerKind,
    OrganisationChanged,
    Price,
    SendingMode,
    Settings,
    price_of,
)
from contracts.channels import DeliveryStatus, DeliveryUpdated
from contracts.common import Channel
from contracts.notifications import NotificationKind, NotificationRaised
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Conflict, Forbidden, Invalid, Stale
from fairlead.store import new_id

OURS, THEIRS = UUID(int=1), UUID(int=2)
MARIA = uuid4()
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIST = [
    Price(channel=Channel.SMS, mode=SendingMode.BY_HAND, credits=5),
    Price(channel=Channel.SMS, mode=SendingMode.BY_HAND, prefix="+4", credits=3),
    Price(channel=Channel.SMS, mode=SendingMode.BY_HAND, prefix="+420", credits=2),
    Price(channel=Channel.SMS, mode=SendingMode.AUTOMATIC, prefix="+420", credits=1),
    Price(channel=Channel.EMAIL, mode=SendingMode.BY_HAND, credits=1),
]


class Books:
    """Accounts as those who spend meet it."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.found(OURS)

    def found(self, id: UUID) -> None:
        """Have an organisation."""
        with acting(service_context(id)):
            self.desk.client.found_organisation(
                id=id,
                name="Meridian",
                settings=Settings(
                    zone="Europe/Prague",
                    language="en",
                    currency="EUR",
                    branding=Branding(name="Meridian"),
                ),
                owner_name="Olga",
                owner_email=f"olga{id.int}@meridian.test",
                owner_password="ten letters",
            )

    def call(
        self, method: str, *, role: Role = Role.ADMIN, of: UUID = OURS, **arguments: Any
    ) -> Any:
        """Call as somebody of the organisation."""
        user = None if role is Role.SERVICE else MARIA
        who = Context(role=role, organisation=of, user=user, user_name="Maria" if user else None)
        with acting(who):
            return getattr(self.desk.client, method)(**arguments)

    def open(self, credits: int, low_balance: int = 0) -> None:
        """Begin with a price list and some credits."""
        self.call("set_prices", prices=LIST, low_balance=low_balance, version=0)
        if credits:
            self.call("top_up", credits=credits, request_id=str(uuid4()))

    def reserve(self, *charges: Charge, hold: UUID | None = None, of: UUID = OURS) -> int:
        """Reserve as the inbox does."""
        reserved: int = self.call(
            "reserve_credits",
            role=Role.SERVICE,
            of=of,
            hold=hold or uuid4(),
            charges=list(charges),
            user=MARIA,
            user_name="Maria",
        )
        return reserved

    def hear(self, charge: Charge, status: DeliveryStatus, **fields: Any) -> None:
        """Hear of a delivery."""
        update = DeliveryUpdated(
            delivery_id=charge.delivery_id,
            message_id=uuid4(),
            channel=charge.channel,
            address=charge.address,
            status=status,
            at=NOW,
            **fields,
        )
        self.desk.hear(update, OURS)

    def left(self) -> tuple[int, int]:
        """The balance, and what is reserved of it."""
        found = self.call("get_credits", role=Role.USER)
        assert found.available == found.balance - found.reserved
        return found.balance, found.reserved

    def ledger(self, **filters: Any) -> list[Any]:
        """Entries, the oldest first."""
        entries = self.call("list_ledger", limit=200, **filters).entries
        return list(reversed(entries))


@pytest.fixture
def books(desk: Any) -> Books:
    return Books(desk)


def text(units: int = 1, address: str = "+420777000111") -> Charge:
    return Charge(
        delivery_id=new_id(),
        channel=Channel.SMS,
        mode=SendingMode.BY_HAND,
        address=address,
        units=units,
    )


def email() -> Charge:
    return Charge(
        delivery_id=new_id(),
        channel=Channel.EMAIL,
        mode=SendingMode.BY_HAND,
        address="a@b.test",
        units=1,
    )


def test_the_longest_prefix_wins() -> None:
    def price(address: str, mode: SendingMode = SendingMode.BY_HAND) -> int:
        return price_of(LIST, Channel.SMS, mode, address)

    assert [price(each) for each in ("+420777", "+491512", "+351910")] == [2, 3, 5]
    assert price("+420777", SendingMode.AUTOMATIC) == 1
    assert price("+351910", SendingMode.AUTOMATIC) == 0, "what is in no list is free"
    assert price_of(LIST, Channel.EMAIL, SendingMode.BY_HAND, "a@b.test") == 1


def test_prices_are_checked_kept_and_told(books: Books) -> None:
    twice = [LIST[0], LIST[0]]
    with pytest.raises(Invalid, match=r"prices\[1\]"):
        books.call("set_prices", prices=twice, version=0)
    made = books.call("set_prices", prices=LIST, low_balance=10, version=0)
    assert (made.version, made.low_balance) == (1, 10)
    with pytest.raises(Stale):
        books.call("set_prices", prices=[], version=0)
    books.call("set_prices", prices=LIST[:1], version=1)
    told = [each for each in books.desk.told() if isinstance(each, OrganisationChanged)][-1]
    assert told.organisation.prices.prices == LIST[:1]
    history = books.call("price_history").versions
    assert [(each.prices.version, each.user_name) for each in history] == [
        (2, "Maria"),
        (1, "Maria"),
    ]
    assert [each.action for each in books.desk.recorded()][-1] == "prices.changed"


def test_reserved_when_accepted_taken_by_part_and_released_when_refused(books: Books) -> None:
    books.open(20)
    sent = text(3)
    assert books.reserve(sent) == 6
    assert books.left() == (20, 6)
    books.hear(sent, DeliveryStatus.QUEUED, parts=3, parts_taken=1, parts_refused=0)
    assert books.left() == (18, 4)
    books.hear(sent, DeliveryStatus.FAILED, parts=3, parts_taken=1, parts_refused=2)
    assert books.left() == (18, 0)
    books.hear(sent, DeliveryStatus.FAILED, parts=3, parts_taken=1, parts_refused=2)
    assert books.left() == (18, 0)
    entries = books.ledger()
    assert [each.kind.value for each in entries] == ["topped_up", "reserved", "taken", "released"]
    assert sum(each.amount for each in entries) == 18
    assert sum(each.held for each in entries) == 0
    assert books.ledger(delivery_id=sent.delivery_id) == entries[1:]
    assert books.ledger(kind=LedgerKind.TAKEN) == entries[2:3]


def test_what_may_have_gone_out_is_taken(books: Books) -> None:
    """A text's parts when its gateway says so, for a receipt may tell; else at once."""
    books.open(20)
    sent = text(2)
    books.reserve(sent)
    books.hear(sent, DeliveryStatus.UNCERTAIN, parts=2, parts_taken=1, parts_refused=0)
    assert books.left() == (18, 2)
    books.hear(sent, DeliveryStatus.UNCERTAIN, parts=2, parts_taken=2, parts_refused=0)
    assert books.left() == (16, 0)
    mail = email()
    books.reserve(mail)
    books.hear(mail, DeliveryStatus.UNCERTAIN)
    assert books.left() == (15, 0)
    books.hear(mail, DeliveryStatus.FAILED)
    assert books.left() == (15, 0)


def test_a_mail_that_bounces_was_sent_and_one_that_was_refused_was_not(books: Books) -> None:
    books.open(5)
    mail = email()
    books.reserve(mail)
    books.hear(mail, DeliveryStatus.FAILED)  # the bounce is heard of before the sending
    assert books.left() == (5, 0)
    books.hear(mail, DeliveryStatus.SENT)
    assert books.left() == (4, 0)
    books.hear(mail, DeliveryStatus.FAILED)
    assert books.left() == (4, 0)


def test_what_cannot_be_paid_is_refused_and_says_what_is_missing(books: Books) -> None:
    books.open(5)
    with pytest.raises(Conflict, match="costs 6 credits and 5 are left: 1 are missing") as refused:
        books.reserve(text(1), text(2))
    assert refused.value.details["missing"] == 1
    assert books.left() == (5, 0)


def test_free_messages_need_no_credits(books: Books) -> None:
    assert books.reserve(text(3)) == 0
    assert books.left() == (0, 0)
    assert books.ledger() == []


def test_a_repeated_call_has_its_effect_once(books: Books) -> None:
    books.open(20)
    hold, sent = uuid4(), text()
    assert [books.reserve(sent, hold=hold), books.reserve(sent, hold=hold)] == [2, 2]
    assert books.left() == (20, 2)
    books.call("release_hold", role=Role.SERVICE, hold=hold)
    books.call("release_hold", role=Role.SERVICE, hold=hold)
    assert books.left() == (20, 0)
    first = books.call("top_up", credits=7, note="Invoice 12", request_id="one")
    assert books.call("top_up", credits=7, note="Invoice 12", request_id="one") == first
    with pytest.raises(Conflict):
        books.call("top_up", credits=8, request_id="one")
    assert books.left() == (27, 0)


def test_a_hold_whose_holder_died_is_settled_by_asking_the_inbox(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.open(20)
    left, lost = uuid4(), uuid4()
    books.reserve(text(), hold=left)
    books.reserve(text(), hold=lost)
    asked: list[UUID] = []

    class Inbox:
        def settle_holds(self, *, ids: list[UUID]) -> list[UUID]:
            asked.extend(ids)
            return [left]

    books.desk.service.inbox = Inbox()
    books.desk.service.settle_holds()
    assert asked == [], "their holders may be at it"
    monkeypatch.setattr("accounts.doors.crediting.QUIET", timedelta(seconds=-1))
    books.desk.service.settle_holds()
    assert set(asked) == {left, lost}
    assert books.left() == (20, 2)
    books.desk.service.settle_holds()
    assert len(asked) == 2, "each is asked for once"


def test_little_left_is_told_once_a_crossing(books: Books) -> None:
    books.open(12, low_balance=10)

    def told() -> list[NotificationRaised]:
        said = [each for each in books.desk.told() if isinstance(each, NotificationRaised)]
        return [each for each in said if each.kind is NotificationKind.CREDITS_LOW]

    for _ in range(3):
        spent = text()
        books.reserve(spent)
        books.hear(spent, DeliveryStatus.SENT)
    assert [each.to.roles for each in told()] == [[Role.OWNER, Role.ADMIN]]
    assert books.call("get_credits").low
    books.call("top_up", credits=10, request_id="more")
    for _ in range(4):
        spent = text()
        books.reserve(spent)
        books.hear(spent, DeliveryStatus.SENT)
    assert len({each.dedupe_key for each in told()}) == len(told()) == 2


def test_use_is_by_day_and_sender(books: Books) -> None:
    books.open(20)
    sent = text(2)
    books.reserve(sent)
    books.hear(sent, DeliveryStatus.SENT, parts=2, parts_taken=2)
    today = datetime.now(UTC).date()
    [use] = books.call(
        "credit_use", role=Role.USER, start=today - timedelta(days=1), end=today + timedelta(days=1)
    )
    assert (use.user, use.channel, use.units, use.credits) == (MARIA, Channel.SMS, 2, 4)
    with pytest.raises(Invalid):
        books.call("credit_use", start=today, end=today + timedelta(days=401))


def test_another_organisation_sees_and_spends_nothing_of_ours(books: Books) -> None:
    books.open(20)
    books.found(THEIRS)
    hold, sent = uuid4(), text()
    books.reserve(sent, hold=hold)
    assert books.call("get_credits", of=THEIRS).balance == 0
    assert books.call("get_prices", of=THEIRS).prices == []
    assert books.call("list_ledger", of=THEIRS).entries == []
    books.call("release_hold", role=Role.SERVICE, of=THEIRS, hold=hold)
    assert books.left() == (20, 2)
    for method, arguments in (
        ("set_prices", {"prices": [], "version": 1}),
        ("top_up", {"credits": 1, "request_id": "x"}),
        ("list_ledger", {}),
        ("reserve_credits", {"hold": hold, "charges": [sent]}),
        ("release_hold", {"hold": hold}),
    ):
        with pytest.raises(Forbidden):
            books.call(method, role=Role.USER, **arguments)


def test_parallel_sends_never_spend_more_than_there_is(books: Books) -> None:
    books.open(21)

    def attempt(_: int) -> bool:
        try:
            return books.reserve(text(2)) == 4
        except Conflict:
            return False

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(attempt, range(16)))
    assert sum(done) == 5
    assert books.left() == (21, 20)


updates = st.lists(
    st.tuples(
        st.sampled_from(DeliveryStatus),
        st.none() | st.tuples(st.integers(0, 4), st.integers(0, 4)),
    ),
    max_size=8,
)


@settings(max_examples=200, derandomize=True)
@given(total=st.integers(1, 4), told=updates)
def test_units_are_each_reserved_taken_or_released(
    total: int, told: list[tuple[DeliveryStatus, tuple[int, int] | None]]
) -> None:
    units = Units(total)
    for status, parts in told:
        update = DeliveryUpdated(
            delivery_id=OURS,
            message_id=OURS,
            channel=Channel.SMS,
            address="+420777000111",
            status=status,
            at=NOW,
            parts_taken=parts[0] if parts else None,
            parts_refused=parts[1] if parts else None,
        )
        after = spending.after(units, update)
        assert after.taken >= units.taken
        assert min(after.taken, after.released, after.reserved) >= 0
        assert after.taken + after.released + after.reserved == total
        assert spending.after(after, update) == after
        units = after


steps = st.lists(
    st.tuples(
        st.sampled_from(["top_up", "reserve", "sent", "failed", "release"]), st.integers(1, 6)
    ),
    max_size=25,
)


def test_the_ledger_adds_up_whatever_happens(books: Books) -> None:
    books.open(0)

    @settings(max_examples=12, derandomize=True)
    @given(steps=steps)
    def run(steps: list[tuple[str, int]]) -> None:
        made: list[tuple[UUID, Charge]] = []
        for what, number in steps:
            if what == "top_up":
                books.call("top_up", credits=number, request_id=str(uuid4()))
            elif what == "reserve":
                hold, charge = uuid4(), text(number)
                try:
                    books.reserve(charge, hold=hold)
                except Conflict:
                    continue
                made.append((hold, charge))
            elif made:
                hold, charge = made[number % len(made)]
                if what == "release":
                    books.call("release_hold", role=Role.SERVICE, hold=hold)
                else:
                    books.hear(charge, DeliveryStatus(what))
            balance, reserved = books.left()
            assert 0 <= reserved <= balance
        amount = held = 0
        cursor = None
        while True:
            found = books.call("list_ledger", limit=200, cursor=cursor)
            amount += sum(each.amount for each in found.entries)
            held += sum(each.held for each in found.entries)
            cursor = found.cursor
            if cursor is None:
                break
        assert (amount, held) == books.left()

    run()
