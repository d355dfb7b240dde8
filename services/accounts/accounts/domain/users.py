"""Who may change which user, and the owner that an organisation cannot be without."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from contracts.accounts import Scope, Settings, StaffRole
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid

MOST_USERS = 1000  # in an organisation: they are listed whole
MOST_TOKENS = 50  # of a user


@dataclass(frozen=True, slots=True)
class Standing:
    """What a user is in the organisation."""

    role: StaffRole
    active: bool

    @property
    def keeps_organisation(self) -> bool:
        """Whether this is an owner who can act."""
        return self.active and self.role is StaffRole.OWNER


def check_change(actor: Role, before: Standing | None, after: Standing) -> None:
    """Whether `actor` may make a user of `before` (None: a new one) into one of `after`.

    Forbidden `accounts.owners_only`: owners are made, changed and deactivated by owners.
    """
    if before == after or actor is Role.OWNER:
        return
    if after.role is StaffRole.OWNER or (before and before.role is StaffRole.OWNER):
        raise Forbidden("accounts.owners_only", "Only an owner makes or changes owners")


def check_owner_left(before: Standing, after: Standing, other_owners: int) -> None:
    """Conflict `accounts.last_owner` where the change leaves no owner who can act.

    `other_owners` counts the other active ones.
    """
    if before.keeps_organisation and not after.keeps_organisation and not other_owners:
        raise Conflict("accounts.last_owner", "An organisation needs an active owner")


def check_reach(actor: Role, target: StaffRole) -> None:
    """Forbidden `accounts.owners_only` where `actor` may not act on the account of such a user."""
    if target is StaffRole.OWNER and actor is not Role.OWNER:
        raise Forbidden("accounts.owners_only", "Only an owner does this to an owner")


def must_enrol(role: StaffRole, has_factor: bool, settings: Settings) -> bool:
    """Whether a user of this role lacks the second factor that the organisation wants."""
    return role in settings.second_factor_roles and not has_factor


def check_scopes(own: Sequence[str] | None, wanted: Sequence[Scope] | None) -> None:
    """Forbidden `accounts.beyond_own_scopes` where who is limited to the scopes `own` makes a
    token that is not. None is no limit."""
    if own is None:
        return
    if wanted is None or any(scope.value not in own for scope in wanted):
        raise Forbidden("accounts.beyond_own_scopes", "A token makes none that may do more")


def check_end(own: dt.datetime | None, wanted: dt.datetime | None) -> None:
    """Forbidden `accounts.beyond_own_end` where a token that ends at `own` makes one that is still
    good afterwards. None is no end."""
    if own is not None and (wanted is None or wanted > own):
        raise Forbidden(
            "accounts.beyond_own_end",
            "A token makes none that outlives it",
            expires_at=own.isoformat(),
        )


def email_key(email: str) -> str:
    """The form of an address by which users are told apart and found."""
    return email.replace("\0", "").strip().lower()


def check_email(email: str, field: str) -> str:
    """`email` as it is kept; raises Invalid that names `field` for a malformed one."""
    try:
        # test_environment only lets names under .test pass, which test mail servers have.
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid.field("accounts.invalid", field, str(error)) from None
    return checked.normalized
