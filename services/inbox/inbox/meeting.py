"""Meeting people whom the inbox does not know yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.common import Channel
from contracts.contacts import Contact, Contacts, NewIdentity, Scheme
from fairlead.context import acting, current, service_context

from .domain.addresses import SCHEME


def meet(
    contacts: Contacts, scheme: Scheme, address: str, name: str, also: Sequence[str] = ()
) -> Contact:
    """Whose address it is, asked of contacts as the service and not as who is calling; `also` are
    further ones of the same person."""
    context = current()
    with acting(service_context(context.need_organisation(), request=context.request)):
        return contacts.resolve(
            scheme=scheme,
            value=address,
            name=name[:500],
            also=[NewIdentity(scheme=scheme, value=each) for each in also],
        )


def meet_all(
    contacts: Contacts, channel: Channel, strangers: Mapping[str, str]
) -> dict[str, Contact]:
    """Whose addresses on `channel` these are; `strangers` has the name for each."""
    return {
        address: meet(contacts, SCHEME[channel], address, name)
        for address, name in strangers.items()
    }
