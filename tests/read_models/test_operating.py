"""An operator makes a read model anew, at the admin server of services that run."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from accounts.service import AccountsService
from contracts.accounts import Accounts, Branding, Settings
from email_gateway.service import EmailGatewayService
from email_gateway.store.tables import OrganisationRow
from fairlead.context import service_context
from fairlead.store import EVERYWHERE
from fairlead.testing.services import World, hosted

pytestmark = pytest.mark.green


def known(world: World) -> list[str]:
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        return sorted(row.body["name"] for row in session.scalars(sa.select(OrganisationRow)))


def shown(world: World) -> Any:
    status, body = world.admin("GET", "/admin/email_gateway/projections")
    assert status == 200
    [projection] = body["projections"]
    return projection


def test_what_was_lost_is_there_again() -> None:
    settings = Settings(
        zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Mar")
    )
    with hosted(AccountsService, EmailGatewayService) as world:
        for name in ("Mar", "Terra"):
            id = uuid4()
            world.client(Accounts, service_context(id)).found_organisation(
                id=id,
                name=name,
                settings=settings,
                owner_name="Ana",
                owner_email=f"{name}@agency.test",
                owner_password="a long password",
            )
        world.wait_for(lambda: known(world) == ["Mar", "Terra"])
        with world.database("email_gateway").transaction(EVERYWHERE) as session:
            session.execute(sa.delete(OrganisationRow))
        assert (shown(world)["name"], shown(world)["state"]) == ("organisations", "never")

        path = "/admin/email_gateway/projections/organisations"
        assert world.admin("POST", path) == (200, {"started": "organisations"})
        world.wait_for(lambda: shown(world)["state"] == "done")
        assert known(world) == ["Mar", "Terra"]
        assert (shown(world)["done"], shown(world)["total"], shown(world)["error"]) == (2, 2, None)

        status, body = world.admin("GET", "/admin/email_gateway/overview")
        assert status == 200
        assert {"outbox", "failed_events", "dead_events", "dispatches", "incoming"} <= set(
            body["queues"]
        )
        assert (body["queues"]["projections"]["waiting"], body["rows"]["organisations"]) == (0, 2)
        assert "mails" in world.admin("GET", "/admin/accounts/overview")[1]["queues"]

        assert world.admin("DELETE", path) == (200, {"stopped": False})
        assert world.admin("POST", f"{path}?organisation=Mar")[0] == 422
        assert world.admin("POST", "/admin/email_gateway/projections/boats")[0] == 404
