"""The second factor of the calling user."""

from __future__ import annotations

from uuid import UUID

from contracts.accounts import Enrolment, User
from fairlead.context import current
from fairlead.errors import Conflict
from fairlead.service import Provided, Store, rpc

from .. import second_factor, sign_in, staff
from ..domain.passwords import Passwords
from ..domain.throttle import code_limits
from ..domain.users import check_reach
from ..proving import proven
from ..views import user_of
from .caller import caller


class SecondFactor:
    """Set up, renewed and removed."""

    store = Store()
    vault = Provided(lambda runtime: runtime.vault)
    passwords = Passwords()

    @rpc
    def enrol_second_factor(self, *, password: str) -> Enrolment:
        """Begin with a second factor."""
        with proven(self.store, self.passwords, caller(), password, "password") as (session, user):
            return second_factor.enrol(session, self.vault, user)

    @rpc
    def confirm_second_factor(self, *, code: str) -> list[str]:
        """Put it in force."""
        user, bounds = caller(), code_limits(caller())
        sign_in.count(self.store, bounds)
        with self.store.transaction() as session:
            row = staff.get(session, user, lock=True)
            codes = second_factor.confirm(session, self.vault, row, code)
            sign_in.forgive(session, bounds)
            return codes

    @rpc
    def renew_recovery_codes(self, *, password: str) -> list[str]:
        """New recovery codes."""
        with proven(self.store, self.passwords, caller(), password, "password") as (session, user):
            return second_factor.renew_recovery(session, user)

    @rpc
    def disable_second_factor(self, *, password: str) -> None:
        """Sign in without it again."""
        with proven(self.store, self.passwords, caller(), password, "password") as (session, user):
            settings = staff.organisation(session, user.organisation_id).settings
            if user.role in settings.second_factor_roles:
                raise Conflict(
                    "accounts.second_factor_required",
                    "The organisation wants a second factor of your role",
                )
            second_factor.remove(session, user, "user.second_factor_disabled")

    @rpc
    def remove_second_factor(self, *, id: UUID) -> User:
        """Take it from a user who lost it."""
        with self.store.transaction() as session:
            user = staff.get(session, id, lock=True)
            check_reach(current().role, user.role)
            second_factor.remove(session, user, "user.second_factor_removed")
            return user_of(user)
