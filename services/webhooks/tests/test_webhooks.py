"""Webhooks as they run: on both transports and databases, to real receivers."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from webhooks import courier, registry
from webhooks.domain import retrying
from webhooks.service import WebhooksService
from webhooks.store import AttemptRow, DeliveryRow, WebhookRow

from contracts.contacts import Contact, ContactChanged
from contracts.itineraries import (
    Overbooking,
    OverbookingFound,
    OverbookingResolved,
    Proposal,
    ProposalChanged,
    ProposalStep,
    Review,
    ReviewChanged,
    ReviewReceived,
)
from contracts.notifications import NotificationKind, NotificationRaised
from contracts.samples import sample
from contracts.webhooks import (
    NewWebhook,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookEvent,
    Webhooks,
)
from fairlead.context import Context, Role
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated
from fairlead.recorded import AuditRecorded
from fairlead.secrets import new_key
from fairlead.service import EVERYWHERE
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted
from fairlead.testing.web import WebServer, plain

pytestmark = pytest.mark.green

DEVELOPMENT = {"FAIRLEAD_WEBHOOKS_PLAIN_HTTP": "yes", "FAIRLEAD_OUTBOUND_PRIVATE_HOSTS": "yes"}
OURS, THEIRS = uuid4(), uuid4()
RECEIVED = WebhookEvent.MESSAGE_RECEIVED
PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def somebody(role: Role = Role.ADMIN, organisation: UUID = OURS) -> Context:
    return Context(role=role, organisation=organisation, user=uuid4(), user_name="Inês")


class House:
    """Webhooks under way, seen by an administrator."""

    def __init__(self, world: World, receiver: WebServer) -> None:
        self.world = world
        self.receiver = receiver
        self.client = world.client(Webhooks, somebody())

    def add(self, path: str = "/in", **fields: Any) -> NewWebhook:
        values = {"url": f"{self.receiver.url}{path}", "events": ["contact.changed"]} | fields
        return self.client.create_webhook(**values)

    def say(self, name: str = "Marta", organisation: UUID = OURS, id: UUID | None = None) -> None:
        contact = msgspec.structs.replace(sample(Contact), name=name)
        self.world.publish(ContactChanged(contact=contact), organisation=organisation, id=id)

    def deliveries(self, webhook: UUID) -> list[WebhookDelivery]:
        return self.client.list_webhook_deliveries(id=webhook).deliveries

    def one(self, webhook: UUID) -> WebhookDelivery:
        (found,) = self.deliveries(webhook)
        return self.client.get_webhook_delivery(id=webhook, delivery_id=found.id)

    def until(self, webhook: UUID, state: str, tries: int = 1) -> WebhookDelivery:
        """The one delivery of a webhook, once it is in this state."""

        def met() -> bool:
            found = self.deliveries(webhook)
            return len(found) == 1 and (found[0].state.value, found[0].tries) == (state, tries)

        self.world.wait_for(met, 20.0)
        return self.one(webhook)

    def make_due(self, *, reclaim: bool = False) -> None:
        """What waits for another attempt is due now."""
        with self.world.database("webhooks").transaction(EVERYWHERE) as session:
            for row in session.query(DeliveryRow).filter(DeliveryRow.done_at.is_(None)):
                row.due_at = PAST
                if reclaim:
                    row.lease_until = PAST


@pytest.fixture
def house(home: Home, receiver: WebServer, hasty: None) -> Iterator[House]:
    with hosted(WebhooksService, **home, settings=DEVELOPMENT) as world:
        yield House(world, receiver)


@pytest.fixture
def small(receiver: WebServer, hasty: None) -> Iterator[House]:
    """For what does not depend on transport and database."""
    with hosted(WebhooksService, settings=DEVELOPMENT) as world:
        yield House(world, receiver)


def is_signed(request: tuple[str, str, dict[str, str], bytes], *secrets: str) -> bool:
    """Whether a receiver takes it: a signature for each of these secrets, in their order."""
    _, _, headers, body = request
    wanted = []
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted.append(
            "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        )
    age = abs(dt.datetime.now(dt.UTC).timestamp() - int(headers["webhook-timestamp"]))
    return headers["webhook-signature"] == " ".join(wanted) and age < 60


def test_what_happens_arrives_signed(house: House) -> None:
    made = house.add()
    assert made.secret.startswith("whsec_")
    other = house.add("/other", events=["itinerary.changed"])
    off = house.add("/off", active=False)
    house.say()
    done = house.until(made.webhook.id, "delivered")
    (request,) = house.receiver.seen
    method, path, headers, body = request
    assert (method, path) == ("POST", "/in")
    assert headers["content-type"] == "application/json"
    assert is_signed(request, made.secret)
    told = msgspec.json.decode(body)
    assert (told["type"], told["data"]["name"]) == ("contact.changed", "Marta")
    assert headers["webhook-id"] == told["id"] == str(done.event_id)
    assert done.payload == body.decode()
    (attempt,) = done.attempts
    assert (attempt.number, attempt.status, attempt.error) == (1, 200, None)
    assert attempt.milliseconds is not None
    assert house.deliveries(other.webhook.id) == house.deliveries(off.webhook.id) == []


def test_what_is_offered_overbooked_and_reviewed_arrives(house: House) -> None:
    chosen = [
        "proposal.created", "proposal.changed", "proposal.accepted", "proposal.declined",
        "overbooking.found", "overbooking.resolved", "review.received", "review.changed",
    ]  # fmt: skip
    made = house.add(events=chosen)
    proposal, overbooking, review = sample(Proposal), sample(Overbooking), sample(Review)
    for step in (ProposalStep.CREATED, ProposalStep.ACCEPTED, ProposalStep.DECLINED):
        house.world.publish(ProposalChanged(proposal=proposal, step=step), organisation=OURS)
    for said in (OverbookingFound, OverbookingResolved):
        house.world.publish(said(overbooking=overbooking), organisation=OURS)
    for heard in (ReviewReceived, ReviewChanged):
        house.world.publish(heard(review=review), organisation=OURS)
    house.world.wait_for(lambda: len(house.receiver.seen) == 10, 20.0)
    told = [msgspec.json.decode(body) for _, _, _, body in house.receiver.seen]
    assert {each["type"] for each in told} == set(chosen)
    assert sum(each["type"] == "proposal.changed" for each in told) == 3
    assert all(is_signed(request, made.secret) for request in house.receiver.seen)
    ids = {"proposal": proposal.id, "overbooking": overbooking.id, "review": review.id}
    for each in told:
        assert each["data"]["id"] == str(ids[each["type"].partition(".")[0]])


def test_an_event_that_comes_twice_is_told_once(house: House) -> None:
    made, id = house.add(), uuid4()
    house.say(id=id)
    house.say(id=id)
    house.until(made.webhook.id, "delivered")
    house.say("Last")
    house.world.wait_for(lambda: len(house.receiver.seen) == 2)
    assert len(house.deliveries(made.webhook.id)) == 2


def test_another_organisation_is_told_nothing(house: House) -> None:
    ours = house.add()
    house.say("Secret", THEIRS)
    house.say("Open")
    house.until(ours.webhook.id, "delivered")
    assert all(b"Secret" not in body for _, _, _, body in house.receiver.seen)
    theirs = house.world.client(Webhooks, somebody(organisation=THEIRS))
    assert theirs.list_webhooks() == []
    delivery = house.deliveries(ours.webhook.id)[0].id
    id = ours.webhook.id
    asked: list[Callable[[], object]] = [
        lambda: theirs.get_webhook(id=id),
        lambda: theirs.update_webhook(id=id, version=1, active=False),
        lambda: theirs.remove_webhook(id=id),
        lambda: theirs.rotate_webhook_secret(id=id),
        lambda: theirs.test_webhook(id=id),
        lambda: theirs.list_webhook_deliveries(id=id),
        lambda: theirs.get_webhook_delivery(id=id, delivery_id=delivery),
        lambda: theirs.replay_webhook_delivery(id=id, delivery_id=delivery),
        lambda: theirs.replay_failed_webhooks(id=id, since=PAST),
    ]
    for ask in asked:
        with pytest.raises(NotFound):
            ask()
    assert house.client.get_webhook(id=id).active


def test_only_owner_and_admin_keep_webhooks(small: House) -> None:
    id = small.add().webhook.id
    for role in (Role.SUPERVISOR, Role.USER, Role.SERVICE, Role.NOBODY):
        client = small.world.client(Webhooks, somebody(role))
        arguments: Mapping[str, dict[str, Any]] = {
            "list_webhooks": {},
            "get_webhook": {"id": id},
            "create_webhook": {"url": "https://x.example/", "events": ["contact.changed"]},
            "update_webhook": {"id": id, "version": 1},
            "remove_webhook": {"id": id},
            "rotate_webhook_secret": {"id": id},
            "test_webhook": {"id": id},
            "list_webhook_deliveries": {"id": id},
            "get_webhook_delivery": {"id": id, "delivery_id": id},
            "replay_webhook_delivery": {"id": id, "delivery_id": id},
            "replay_failed_webhooks": {"id": id, "since": PAST},
        }
        for method, given in arguments.items():
            with pytest.raises((Forbidden, Unauthenticated)):
                getattr(client, method)(**given)
    owner = small.world.client(Webhooks, somebody(Role.OWNER))
    assert [each.id for each in owner.list_webhooks()] == [id]


def test_what_fails_is_tried_again_and_each_attempt_is_listed(house: House) -> None:
    answers = [503, 500, 204]
    house.receiver.answer = lambda handler: plain(handler, b"busy\0", answers.pop(0))
    made = house.add()
    house.say()
    waiting = house.until(made.webhook.id, "waiting", 1)
    assert waiting.last_status == 503
    assert waiting.next_at is not None
    assert waiting.next_at > dt.datetime.now(dt.UTC)
    assert house.client.get_webhook(id=made.webhook.id).failing_since is not None
    house.make_due()
    house.until(made.webhook.id, "waiting", 2)
    house.make_due()
    done = house.until(made.webhook.id, "delivered", 3)
    assert [each.status for each in done.attempts] == [503, 500, 204]
    assert done.attempts[0].response == "busy\ufffd"
    assert house.client.get_webhook(id=made.webhook.id).failing_since is None
    ids = {headers["webhook-id"] for _, _, headers, _ in house.receiver.seen}
    bodies = {body for _, _, _, body in house.receiver.seen}
    assert (len(ids), len(bodies)) == (1, 1), "the same id and the same bytes each time"


def test_what_was_given_up_is_replayed_by_hand(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "ATTEMPTS", 1)
    house.receiver.answer = lambda handler: plain(handler, b"", 500)
    made = house.add()
    id = made.webhook.id
    for name in ("One", "Two", "Three"):
        house.say(name)
    failed = WebhookDeliveryState.FAILED

    def given_up() -> list[WebhookDelivery]:
        return house.client.list_webhook_deliveries(id=id, state=failed).deliveries

    house.world.wait_for(lambda: len(given_up()) == 3)
    house.receiver.answer = lambda handler: plain(handler, b"")
    again = house.client.replay_webhook_delivery(id=id, delivery_id=given_up()[0].id)
    assert again.state is WebhookDeliveryState.WAITING
    house.world.wait_for(lambda: len(given_up()) == 2)
    assert house.client.replay_failed_webhooks(id=id, since=PAST) == 2
    house.world.wait_for(lambda: given_up() == [])
    house.world.wait_for(lambda: len(house.receiver.seen) == 6)
    assert house.client.replay_failed_webhooks(id=id, since=PAST) == 0
    done = house.deliveries(id)[0]
    house.world.wait_for(lambda: house.deliveries(id)[0].state.value == "delivered")
    assert [each.number for each in house.client.get_webhook_delivery(
        id=id, delivery_id=done.id).attempts] == [1, 2]  # fmt: skip


def test_two_secrets_sign_for_a_day(house: House) -> None:
    made = house.add()
    rotated = house.client.rotate_webhook_secret(id=made.webhook.id)
    assert rotated.secret != made.secret
    house.say()
    house.until(made.webhook.id, "delivered")
    assert is_signed(house.receiver.seen[0], rotated.secret, made.secret)
    with house.world.database("webhooks").transaction(EVERYWHERE) as session:
        session.query(WebhookRow).update({"old_secret_until": PAST})
        for row in session.query(WebhookRow):
            for kept in (row.secret, row.old_secret or b""):
                assert made.secret.encode() not in kept
    house.say("Later")
    house.world.wait_for(lambda: len(house.receiver.seen) == 2)
    assert is_signed(house.receiver.seen[1], rotated.secret)


def test_a_redirect_is_not_followed(small: House) -> None:
    small.receiver.answer = lambda handler: plain(handler, b"", 302, Location="/elsewhere")
    made = small.add()
    small.say()
    waiting = small.until(made.webhook.id, "waiting")
    assert "redirect" in str(waiting.attempts[0].error)
    assert [path for _, path, _, _ in small.receiver.seen] == ["/in"]


def test_a_slow_receiver_does_not_stop_the_others(small: House) -> None:
    held = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/slow":
            held.wait(30)
        plain(handler, b"")

    small.receiver.answer = answer
    slow, quick = small.add("/slow"), small.add("/quick")
    for number in range(courier.PER_WEBHOOK * 3):
        small.say(str(number))

    def arrived(path: str) -> int:
        return sum(each[1] == path for each in small.receiver.seen)

    try:
        small.world.wait_for(lambda: arrived("/quick") == courier.PER_WEBHOOK * 3)
        assert arrived("/slow") <= courier.PER_WEBHOOK
    finally:
        held.set()
    small.world.wait_for(lambda: arrived("/slow") == courier.PER_WEBHOOK * 3, 20.0)
    for made in (slow, quick):
        small.world.wait_for(
            lambda made=made: (
                {each.state.value for each in small.deliveries(made.webhook.id)}  # type: ignore[misc]
                == {"delivered"}
            )
        )
    assert all(each.tries == 1 for each in small.deliveries(slow.webhook.id))


def test_a_test_arrives_also_where_it_is_switched_off(small: House) -> None:
    made = small.add(active=False)
    asked = small.client.test_webhook(id=made.webhook.id)
    assert asked.event.value == "webhook.test"
    small.until(made.webhook.id, "delivered")
    assert is_signed(small.receiver.seen[0], made.secret)
    small.receiver.answer = lambda handler: plain(handler, b"", 500)
    failing = small.add("/failing")
    small.client.test_webhook(id=failing.webhook.id)
    small.until(failing.webhook.id, "failed")
    assert small.client.get_webhook(id=failing.webhook.id).failing_since is None


@pytest.mark.parametrize("how", ["long", "gone"])
def test_a_webhook_that_fails_for_long_is_switched_off(house: House, how: str) -> None:
    house.receiver.answer = lambda handler: plain(handler, b"", 410 if how == "gone" else 500)
    made = house.add()
    id = made.webhook.id
    if how == "long":
        with house.world.database("webhooks").transaction(EVERYWHERE) as session:
            session.query(WebhookRow).update({"failing_since": PAST})
    house.say()
    house.world.wait_for(lambda: not house.client.get_webhook(id=id).active)
    off = house.client.get_webhook(id=id)
    assert ("410" if how == "gone" else "2020-01-01") in str(off.disabled_reason)
    house.until(id, "failed")
    told = house.world.wait_for(lambda: house.world.events(NotificationRaised))
    assert len(told) == 1
    assert told[0].kind is NotificationKind.WEBHOOK_FAILING
    assert set(told[0].to.roles) == {Role.OWNER, Role.ADMIN}
    house.say("Unheard")
    delivery = house.one(id)
    with pytest.raises(Conflict):
        house.client.replay_webhook_delivery(id=id, delivery_id=delivery.id)
    with pytest.raises(Conflict):
        house.client.replay_failed_webhooks(id=id, since=PAST)
    house.receiver.answer = lambda handler: plain(handler, b"")
    on = house.client.update_webhook(id=id, version=off.version, active=True)
    assert (on.active, on.disabled_reason, on.failing_since) == (True, None, None)
    house.client.replay_webhook_delivery(id=id, delivery_id=delivery.id)
    house.until(id, "delivered", 2)


def test_a_webhook_is_changed_and_removed(house: House) -> None:
    made = house.add()
    id = made.webhook.id
    house.say()
    house.until(id, "delivered")
    changed = house.client.update_webhook(
        id=id, version=made.webhook.version, description="CRM",
        events=[RECEIVED, RECEIVED, WebhookEvent.ITINERARY_CHANGED],
    )  # fmt: skip
    assert [each.value for each in changed.events] == ["message.received", "itinerary.changed"]
    with pytest.raises(Stale):
        house.client.update_webhook(id=id, version=made.webhook.version, active=False)
    house.client.remove_webhook(id=id)
    with pytest.raises(NotFound):
        house.client.get_webhook(id=id)
    with house.world.database("webhooks").reading(EVERYWHERE) as session:
        assert session.query(DeliveryRow).count() == session.query(AttemptRow).count() == 0
    house.world.wait_for(lambda: len(house.world.events(AuditRecorded)) == 3)
    actions = [each.action for each in house.world.events(AuditRecorded)]
    assert actions == ["webhook.created", "webhook.changed", "webhook.removed"]
    assert all(made.secret not in str(each) for each in house.world.events(AuditRecorded)), (
        "no secret is recorded"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://user:secret@example.com/",
        "ftp://example.com/file",
        "https://exa mple.com/",
        "https:///nowhere",
    ],
)
def test_an_address_that_may_not_be_asked_is_refused(url: str) -> None:
    with hosted(WebhooksService) as world:
        client = world.client(Webhooks, somebody())
        with pytest.raises(Invalid) as raised:
            client.create_webhook(url=url, events=[WebhookEvent.CONTACT_CHANGED])
        assert raised.value.details["errors"][0]["field"] == "url"
        assert client.list_webhooks() == []


def test_a_name_that_comes_to_lead_inside_is_not_asked(
    receiver: WebServer, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was public when it was given, and is asked anew each time."""
    import socket

    real, inside = socket.getaddrinfo, False

    def lookup(host: Any, *rest: Any, **more: Any) -> Any:
        if host != "rebinding.example":
            return real(host, *rest, **more)
        address = "127.0.0.1" if inside else "203.0.114.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, receiver.port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with hosted(WebhooksService, settings={"FAIRLEAD_WEBHOOKS_PLAIN_HTTP": "yes"}) as world:
        house = House(world, receiver)
        made = house.add(url=f"http://rebinding.example:{receiver.port}/")
        inside = True
        house.say()
        refused = house.until(made.webhook.id, "failed")
    assert refused.attempts[0].error == "the host is on a private network"
    assert receiver.seen == []


@pytest.mark.parametrize(
    "fields",
    [{"events": []}, {"events": ["secret.leaked"]}, {"events": ["webhook.test"]},
     {"events": ["comment.changed"]}, {"description": "x" * 501}],
)  # fmt: skip
def test_what_cannot_be_chosen_is_refused(small: House, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        small.add(**fields)


def test_there_are_not_too_many(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "MOST", 2)
    small.add()
    small.add()
    with pytest.raises(Conflict):
        small.add()


def test_old_deliveries_are_forgotten(house: House) -> None:
    made = house.add()
    house.say()
    house.until(made.webhook.id, "delivered")
    from webhooks import store

    with house.world.database("webhooks").transaction(EVERYWHERE) as session:
        assert store.forget(session, PAST, 10) == 0
    with house.world.database("webhooks").transaction(EVERYWHERE) as session:
        session.query(DeliveryRow).update({"created_at": PAST - dt.timedelta(days=1)})
    with house.world.database("webhooks").transaction(EVERYWHERE) as session:
        assert store.forget(session, PAST, 10) == 1
    assert house.deliveries(made.webhook.id) == []


KILLED = """
    import warnings; warnings.simplefilter("ignore")
    import eventlet; eventlet.monkey_patch()
    import sys, uuid, msgspec
    from contracts.contacts import Contact, ContactChanged
    from contracts.samples import sample
    from contracts.webhooks import Webhooks
    from fairlead.context import Context, Role
    from fairlead.testing.services import hosted
    from webhooks.service import WebhooksService
    database, url, organisation, key = sys.argv[1:]
    settings = {"FAIRLEAD_WEBHOOKS_PLAIN_HTTP": "yes", "FAIRLEAD_OUTBOUND_PRIVATE_HOSTS": "yes",
                "FAIRLEAD_SECRET_KEYS": key}
    ours = uuid.UUID(organisation)
    with hosted(WebhooksService, database_urls={"webhooks": database}, settings=settings) as world:
        me = Context(role=Role.ADMIN, organisation=ours, user=uuid.uuid4())
        made = world.client(Webhooks, me).create_webhook(url=url, events=["contact.changed"])
        print(made.webhook.id, made.secret, flush=True)
        world.publish(ContactChanged(contact=sample(Contact)), organisation=ours)
        eventlet.sleep(60)
"""


def test_a_process_killed_while_it_sends_leaves_its_attempt_and_another_goes_on(
    tmp_path: Path, receiver: WebServer, hasty: None
) -> None:
    database, key = f"sqlite:///{tmp_path / 'webhooks.db'}", new_key()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(KILLED),
            database,
            f"{receiver.url}/in",
            str(OURS),
            key,
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    def kill(handler: BaseHTTPRequestHandler) -> None:
        os.kill(process.pid, signal.SIGKILL)

    receiver.answer = kill
    assert process.stdout is not None
    id, secret = process.stdout.readline().decode().split()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    receiver.answer = lambda handler: plain(handler, b"")
    settings = {**DEVELOPMENT, "FAIRLEAD_SECRET_KEYS": key}
    urls = {"webhooks": database}
    with hosted(WebhooksService, database_urls=urls, settings=settings) as world:
        house = House(world, receiver)
        left = house.one(UUID(id))
        assert (left.state, left.tries) == (WebhookDeliveryState.WAITING, 1)
        assert left.attempts[0].milliseconds is None
        house.make_due(reclaim=True)
        done = house.until(UUID(id), "delivered", 2)
    assert done.attempts[0].error == "interrupted; it may have arrived"
    assert [each.status for each in done.attempts] == [None, 200]
    first, second = receiver.seen
    assert first[2]["webhook-id"] == second[2]["webhook-id"]
    assert first[3] == second[3]
    assert is_signed(second, secret)


def test_the_same_id_makes_one_webhook(house: House) -> None:
    made = house.add(id=UUID(int=77))
    assert made.webhook.id == UUID(int=77)
    assert house.add("/elsewhere", id=made.webhook.id) == made
    assert house.client.list_webhooks() == [made.webhook]
