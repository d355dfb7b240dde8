"""Why a message belongs to an itinerary (mission A6).

It does when it was sent from it, from the concierge calendar about its services, when it answers a
message that belongs to it, when it is said in a group of it, or when a person says so; otherwise it
stays off. A message about services of several trips belongs to each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from contracts.inbox import Draft, LinkOrigin

from .conversations import Earlier
from .knowledge import KnownGroup

Links = dict[UUID, LinkOrigin]


def outbound(draft: Draft, service_trips: Iterable[UUID], answered: Earlier | None) -> Links:
    """The links of a message made from `draft` about services of `service_trips`."""
    links: Links = {}
    if draft.itinerary_id is not None:
        links[draft.itinerary_id] = (
            LinkOrigin.CONCIERGE if draft.from_concierge else LinkOrigin.SENT
        )
    for trip in service_trips:
        links.setdefault(trip, LinkOrigin.CONCIERGE)
    if not links:
        links = answering(answered)
    return links


def in_group(group: KnownGroup | None) -> Links:
    """The links of a message that is said in a group."""
    if group is None or group.itinerary_id is None:
        return {}
    return {group.itinerary_id: LinkOrigin.GROUP}


def answering(answered: Earlier | None) -> Links:
    """The links of a message that answers `answered`."""
    return dict.fromkeys(answered.itinerary_ids, LinkOrigin.REPLY) if answered else {}


def by_hand(present: Mapping[UUID, LinkOrigin], itinerary_id: UUID | None) -> Links:
    """The links after a person put the message on `itinerary_id` alone, or took it off all."""
    if itinerary_id is None:
        return {}
    return {itinerary_id: present.get(itinerary_id, LinkOrigin.HAND)}
