"""What other services copy of accounts, to make their read models anew."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import CopyLimit
from .organisation import Organisation
from .people import User


class OrganisationCopies(Message):
    """Some organisations; `total` of all, on the first page."""

    items: list[Organisation]
    total: int | None


class UserCopies(Message):
    """Some users, inactive ones too; `total` of all, on the first page."""

    items: list[User]
    total: int | None


class Copying(Interface, Protocol):
    """For services that keep copies."""

    @call(rights.SERVICES_ONLY)
    def organisations_page(self, *, after: UUID | None, limit: CopyLimit) -> OrganisationCopies:
        """The organisations that follow the id `after`, in the order of ids: the caller's, or all
        for who acts for none."""
        ...

    @call(rights.SERVICES_ONLY)
    def users_page(self, *, after: UUID | None, limit: CopyLimit) -> UserCopies:
        """The users that follow the id `after`, in the order of ids. Without an organisation there
        are none, and `total` counts those of all."""
        ...
