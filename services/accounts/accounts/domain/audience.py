"""Who of an organisation is to know of something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from contracts.accounts import StaffRole
from contracts.notifications import Audience


@dataclass(frozen=True, slots=True)
class Member:
    """A user, as an audience is chosen by."""

    id: UUID
    role: StaffRole
    active: bool


def listeners(to: Audience, team: Iterable[Member]) -> list[UUID]:
    """The users who are told, each once, in the team's order: active ones, without `to.but`.

    Ids of nobody in the team are passed over.
    """
    users, roles = set(to.users), {role.value for role in to.roles}
    return [
        member.id
        for member in team
        if member.active
        and member.id != to.but
        and (member.id in users or member.role.value in roles)
    ]
