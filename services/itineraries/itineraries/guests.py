"""Who the guests of a list are: contacts is asked, in no transaction."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.contacts import Contacts, Met, Somebody
from fairlead.context import acting, current, service_context


def meet(contacts: Contacts, people: Sequence[Somebody]) -> list[Met]:
    """Who each of these is, in their order; raises Unavailable."""
    if not people:
        return []
    who = current()
    with acting(service_context(who.need_organisation(), request=who.request)):
        return contacts.meet(people=list(people))
