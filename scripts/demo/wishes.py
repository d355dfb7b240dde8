"""What guests need and suppliers should know: the notes and requirements of services."""

from __future__ import annotations

import random
from collections.abc import Sequence

from contracts.itineraries import ServiceKind

from .households import Household, Shape

_DIET = (
    "One guest is vegetarian.",
    "One guest eats no gluten (coeliac, not a fashion).",
    "No nuts for one guest: allergy.",
    "No pork, please.",
)
_WALK = (
    "One guest walks with a stick: few steps where that can be avoided.",
    "Slow pace, please; one guest had a knee operation in spring.",
    "The guests like photography: some minutes more at the viewpoints.",
)
_ROOM = (
    "Twin beds.",
    "High floor, if it can be had.",
    "They celebrate their wedding anniversary: a card in the room, please.",
    "Late arrival; keep the room.",
)
_FLIGHTS = ("TP 1353", "TP 487", "S4 321", "U2 7651", "LH 1172", "AF 1024", "BA 502", "VY 8462")


def requirements(throw: random.Random, kind: ServiceKind, household: Household) -> str:
    """What the supplier must provide for this party; often nothing."""
    found = []
    if household.children:
        found.append(_for_children(kind, household.children))
    pool: Sequence[str] = {
        ServiceKind.MEAL: _DIET,
        ServiceKind.TOUR: _WALK,
        ServiceKind.STAY: _ROOM,
    }.get(kind, ())
    if pool and throw.random() < 0.4:
        found.append(throw.choice(pool))
    if household.shape is Shape.GROUP and kind is ServiceKind.TOUR:
        found.append("Headsets for the whole group.")
    return " ".join(each for each in found if each)


def _for_children(kind: ServiceKind, children: int) -> str:
    seats = "One child seat (9-18 kg)." if children == 1 else f"{children} child seats."
    return {
        ServiceKind.TRANSFER: seats,
        ServiceKind.MEAL: "A high chair and an early table.",
        ServiceKind.STAY: "An extra bed for each child.",
        ServiceKind.ACTIVITY: "Children take part: tell us if anything is not for them.",
    }.get(kind, "")


def flight(throw: random.Random) -> str:
    """What a driver has to know about an arrival or a departure."""
    number = throw.choice(_FLIGHTS)
    return f"Flight {number}. Name sign in the arrivals hall; waits up to 60 minutes after landing."
