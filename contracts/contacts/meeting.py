"""Many people at once, whom a list of another service tells of."""

from __future__ import annotations

from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Line
from .people import ContactKind, NewIdentity, Scheme


class Somebody(Message):
    """Somebody by his addresses, the surest first."""

    identities: Annotated[list[NewIdentity], Meta(min_length=1, max_length=10)]
    name: Line = ""


class Met(Message):
    """Who that is; else which address is none, and why: then he is nobody."""

    contact_id: UUID | None = None
    name: str = ""
    scheme: Scheme | None = None
    reason: str = ""


class Meeting(Interface, Protocol):
    """Finding people by their addresses."""

    @call(rights.SERVICES_ONLY, mutates=True, deadline=30.0)
    def meet(
        self,
        *,
        people: Annotated[list[Somebody], Meta(max_length=250)],
        kind: ContactKind = ContactKind.TRAVELLER,
    ) -> list[Met]:
        """Who each of these is, in their order; whom nobody of them is, is made, of this kind.

        He is who has the first of his addresses that anybody has, and gets those that nobody has.
        However many ask at once, there is one contact for one address.
        """
        ...
