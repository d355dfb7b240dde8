"""Messages that cost credits."""

from __future__ import annotations

from uuid import UUID

from contracts.accounts import Accounts
from contracts.sms_gateway import SmsGateway
from fairlead.service import Remote, Store, rpc

from ..clock import utc_now
from ..paying import Till
from ..store import holds


class Paying:
    """Messages that cost credits; inherited by the doors that send."""

    store = Store()
    accounts = Remote(Accounts)
    sms = Remote(SmsGateway)

    @property
    def till(self) -> Till:
        """Who asks what a message costs."""
        return Till(self.accounts, self.sms)

    @rpc
    def settle_holds(self, *, ids: list[UUID]) -> list[UUID]:
        """Those of these holds whose messages were accepted; the others never are."""
        with self.store.transaction() as session:
            return holds.give_up(session, ids, utc_now())
