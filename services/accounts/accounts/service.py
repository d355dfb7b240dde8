"""The service: its doors by subject are in `doors`."""

from __future__ import annotations

import datetime as dt

from contracts.accounts import Accounts
from fairlead.service import EVERYWHERE, AdminRoutes, Store, loop

from .admin import register
from .doors.auditing import Auditing
from .doors.copying import Copying
from .doors.crediting import Crediting
from .doors.linking import Linking
from .doors.notifying import Notifying
from .doors.organisation import Organisations
from .doors.people import People
from .doors.persons import Persons
from .doors.profile import Profile
from .doors.second_factor import SecondFactor
from .doors.sessions import Sessions
from .doors.signing_in import SigningIn
from .store import attempts, links, mailing, notifications, sessions

KEPT = dt.timedelta(days=180)  # notifications, read or not; what happened stands elsewhere


class AccountsService(
    SigningIn,
    Linking,
    Profile,
    Sessions,
    SecondFactor,
    People,
    Organisations,
    Crediting,
    Auditing,
    Notifying,
    Copying,
    Persons,
):
    """Who works here, and what the organisation has settled."""

    name = "accounts"
    implements = Accounts
    store = Store()
    admin = AdminRoutes(register)

    @loop(every=3600.0)
    def purge(self) -> bool:
        """Forget what is over."""
        now = dt.datetime.now(dt.UTC)
        with self.store.transaction(EVERYWHERE) as session:
            sessions.purge(session, now)
            attempts.purge(session, now)
            links.purge(session, now)
            mailing.purge(session, now - KEPT)
            notifications.purge(session, now - KEPT)
        return False
