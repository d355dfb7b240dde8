"""Who calls."""

from __future__ import annotations

from uuid import UUID

from fairlead.context import current
from fairlead.errors import Unauthenticated


def caller() -> UUID:
    """The user who calls; a service that acts by itself is none."""
    user = current().user
    if user is None:
        raise Unauthenticated("accounts.no_user", "This needs a signed-in user")
    return user
