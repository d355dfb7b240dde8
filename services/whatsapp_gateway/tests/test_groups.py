"""Groups on the sandbox, on both transports and stores: made, joined, left, and their receipts."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
import pytest

from contracts.channels import DeliveryStatus
from contracts.groups import (
    GroupAction,
    GroupChanged,
    GroupState,
    Membership,
    WhatsAppGroupOrdered,
)
from contracts.persons import Person
from contracts.whatsapp_gateway import CloudAccount, WhatsAppConnectionKind, WhatsAppGateway
from fairlead.context import Context, Role
from fairlead.errors import Forbidden, NotFound
from fairlead.store import new_id
from fairlead.testing.bus import Home
from fairlead.testing.services import World

from .running import (
    OTHER,
    OURS,
    PHONE,
    SERVICE,
    THEIRS,
    queue,
    reached,
    received,
    running,
    sandbox,
    updates,
)
from .test_persons import _all

pytestmark = pytest.mark.green
NOBODY = "351910000099"


def order(
    world: World, connection: UUID, action: GroupAction, group: UUID | None = None, **more: Any
) -> UUID:
    ordered = WhatsAppGroupOrdered(
        id=new_id(), group_id=group or new_id(), connection_id=connection, action=action,
        ordered_at=dt.datetime.now(dt.UTC), **more,
    )  # fmt: skip
    world.publish(ordered, organisation=OURS)
    return ordered.group_id


def now(world: World, id: UUID) -> GroupChanged | None:
    told = [each for each in world.events(GroupChanged, OURS) if each.group_id == id]
    return max(told, key=lambda each: each.version, default=None)


def stands(world: World, id: UUID, **standings: Membership) -> GroupChanged:
    """The group as soon as its members stand so; `p` before each number."""
    wanted = {name[1:]: standing for name, standing in standings.items()}

    def there() -> GroupChanged | None:
        told = now(world, id)
        if told is None or told.state is GroupState.MAKING:
            return None
        return told if {m.address: m.standing for m in told.members} == wanted else None

    return world.wait_for(there)  # type: ignore[return-value]


def made(world: World, gateway: Any, **more: Any) -> tuple[Any, UUID]:
    connection = sandbox(world, gateway)
    gateway.put_sandbox_handset(address=OTHER, private=True)
    id = order(
        world, connection.id, GroupAction.CREATE, subject="Family Grant",
        addresses=[PHONE, OTHER, NOBODY], **more,
    )  # fmt: skip
    return connection, id


def test_one_is_added_one_invited_one_refused_and_the_invited_one_comes(home: Home) -> None:
    with running(home) as (world, gateway):
        connection, id = made(world, gateway)
        first = stands(
            world, id, p351910000001=Membership.ADDED, p351910000002=Membership.INVITED,
            p351910000099=Membership.REFUSED,
        )  # fmt: skip
        assert (first.state, first.subject) == (GroupState.OPEN, "Family Grant")
        assert first.invitation is not None
        reasons = {each.address: each.reason for each in first.members}
        assert reasons[NOBODY] == "This number is not on WhatsApp"
        assert "add him" in str(reasons[OTHER])
        [kept] = [each for each in first.members if each.address == OTHER]
        assert [each.standing for each in kept.history] == [Membership.ASKED, Membership.INVITED]

        gateway.sandbox_group_join(address=OTHER, invitation=first.invitation)
        rest = {"p351910000001": Membership.ADDED, "p351910000099": Membership.REFUSED}
        stands(world, id, p351910000002=Membership.ADDED, **rest)
        gateway.sandbox_chat_write(address=OTHER, text="Hello all", group=first.address)
        [message] = received(world)
        assert message.group is not None
        assert (message.group.address, message.sender.address) == (first.address, OTHER)
        [there] = [each for each in gateway.sandbox_chat(address=PHONE) if each.group]
        assert (there.text, there.author) == ("Hello all", "Ana Lopes")

        gateway.sandbox_group_leave(address=OTHER, group=first.address)
        stands(world, id, p351910000002=Membership.LEFT, **rest)
        with pytest.raises(NotFound):
            gateway.sandbox_chat_write(address=OTHER, text="Wait", group=first.address)
        order(world, connection.id, GroupAction.REMOVE, id, addresses=[PHONE])
        order(world, connection.id, GroupAction.RENAME, id, subject="Nobody's")
        last = stands(
            world, id, p351910000001=Membership.REMOVED, p351910000002=Membership.LEFT,
            p351910000099=Membership.REFUSED,
        )  # fmt: skip
        world.wait_for(lambda: getattr(now(world, id), "subject", "") == "Nobody's")
        order(world, connection.id, GroupAction.LEAVE, id)
        world.wait_for(lambda: getattr(now(world, id), "state", None) is GroupState.LEFT)
        late = queue(world, "Anybody?", address=last.address)
        assert reached(world, late, DeliveryStatus.FAILED).reason is not None


def test_a_message_is_delivered_and_read_when_all_have_it(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        gateway.put_sandbox_handset(address=OTHER, on=False)
        id = order(
            world, connection.id, GroupAction.CREATE, subject="Two", addresses=[PHONE, OTHER]
        )
        group = stands(world, id, p351910000001=Membership.ADDED, p351910000002=Membership.ADDED)
        queued = queue(world, "We leave at nine", address=group.address)

        def told(participant: str | None, status: DeliveryStatus) -> bool:
            return any(
                (each.participant, each.status) == (participant, status)
                for each in updates(world, queued)
            )

        sent = reached(world, queued, DeliveryStatus.SENT)
        assert sent.participants == [PHONE, OTHER]
        world.wait_for(lambda: told(PHONE, DeliveryStatus.DELIVERED))
        [shown] = gateway.sandbox_chat(address=PHONE)
        gateway.sandbox_chat_read(id=shown.id)
        world.wait_for(lambda: told(PHONE, DeliveryStatus.READ))
        assert not told(None, DeliveryStatus.DELIVERED)
        gateway.put_sandbox_handset(address=OTHER, on=True)
        world.wait_for(lambda: told(None, DeliveryStatus.DELIVERED))
        assert not told(None, DeliveryStatus.READ)
        [shown] = gateway.sandbox_chat(address=OTHER)
        gateway.sandbox_chat_read(id=shown.id)
        world.wait_for(lambda: told(None, DeliveryStatus.READ))


def test_a_group_of_one_takes_messages_that_nobody_gets(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        id = order(world, connection.id, GroupAction.CREATE, subject="One", addresses=[NOBODY])
        group = stands(world, id, p351910000099=Membership.REFUSED)
        assert group.state is GroupState.OPEN
        sent = reached(world, queue(world, "Hello?", address=group.address), DeliveryStatus.SENT)
        assert sent.participants == []


def test_a_number_that_cannot_have_groups_says_so(home: Home) -> None:
    with running(home) as (world, gateway):
        account = CloudAccount(
            phone_number_id="1", business_account_id="2", access_token="a" * 20,
            app_secret="b" * 20, verify_token="c" * 20,
        )  # fmt: skip
        connection = sandbox(world, gateway, kind=WhatsAppConnectionKind.CLOUD, cloud=account)
        id = order(world, connection.id, GroupAction.CREATE, subject="None", addresses=[PHONE])
        world.wait_for(lambda: now(world, id))
        told = now(world, id)
        assert told is not None
        assert told.state is GroupState.FAILED
        assert "cannot have groups" in str(told.reason)
        nowhere = order(world, new_id(), GroupAction.CREATE, subject="None", addresses=[PHONE])
        world.wait_for(lambda: getattr(now(world, nowhere), "state", 0) is GroupState.FAILED)


def test_who_is_forgotten_stands_in_no_group(home: Home) -> None:
    with running(home) as (world, gateway):
        _, id = made(world, gateway)
        group = stands(
            world, id, p351910000001=Membership.ADDED, p351910000002=Membership.INVITED,
            p351910000099=Membership.REFUSED,
        )  # fmt: skip
        queued = queue(world, "Welcome", address=group.address)
        reached(world, queued, DeliveryStatus.DELIVERED)
        gateway.sandbox_chat_write(address=PHONE, text="It is me", group=group.address)
        received(world)
        person = Person(
            contact_ids=[], names=["Rui Costa"], addresses=[f"+{PHONE}"],
            words=["Rui Costa", f"+{PHONE}"],
        )  # fmt: skip
        service, cursor = world.client(WhatsAppGateway, SERVICE), None
        while True:
            cursor = service.erase_person(person=person, cursor=cursor).cursor
            if cursor is None:
                break
        kept = _all(world)
        assert PHONE not in kept
        assert "It is me" not in kept
        assert OTHER in kept


def test_copies_of_groups_are_for_services_and_for_their_own_organisation(home: Home) -> None:
    with running(home) as (world, gateway):
        _, id = made(world, gateway)
        told = stands(
            world, id, p351910000001=Membership.ADDED, p351910000002=Membership.INVITED,
            p351910000099=Membership.REFUSED,
        )  # fmt: skip
        page = world.client(WhatsAppGateway, SERVICE).groups_page(after=None, limit=50)
        assert [msgspec.structs.replace(each, at=told.at) for each in page.items] == [told]
        assert page.total == 1
        assert world.client(WhatsAppGateway, SERVICE).groups_page(after=id, limit=50).items == []
        others = Context(role=Role.SERVICE, organisation=THEIRS)
        assert world.client(WhatsAppGateway, others).groups_page(after=None, limit=50).items == []
        with pytest.raises(Forbidden):
            gateway.groups_page(after=None, limit=50)
