"""The journeys in the catalogue, and when they are under way around today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.itineraries import ItineraryState as State

from .seeding import dice


@dataclass(frozen=True, slots=True)
class Route:
    """A journey as it is sold: its regions with the nights in each."""

    title: str
    legs: tuple[tuple[str, int], ...]

    @property
    def nights(self) -> int:
        """How long it takes."""
        return sum(nights for _, nights in self.legs)


@dataclass(frozen=True, slots=True)
class Slot:
    """A departure: `start` in days from today."""

    number: int
    start: int
    state: State
    route: Route


ROUTES = (
    Route("A long weekend in Lisbon", (("lisbon", 3),)),
    Route("Lisbon and Sintra without hurry", (("lisbon", 5),)),
    Route("Porto and the Douro", (("porto", 4),)),
    Route("Lisbon to Porto by train", (("lisbon", 3), ("porto", 3))),
    Route("The Algarve by the sea", (("algarve", 5),)),
    Route("São Miguel: lakes and hot springs", (("azores", 5),)),
    Route("Lisbon and the Azores", (("lisbon", 2), ("azores", 4))),
    Route("Madeira on foot", (("madeira", 5),)),
    Route("Madeira in bloom", (("madeira", 4),)),
    Route("Seville, Córdoba and Granada", (("andalusia", 5),)),
    Route("Marrakech and the Atlas", (("morocco", 4),)),
    Route("Andalusia and Marrakech", (("andalusia", 3), ("morocco", 3))),
)

_STARTS: dict[State, tuple[int, ...]] = {
    State.FINISHED: (-39, -35, -31, -28, -24, -21, -18, -15, -13, -11),
    # Somebody arrives today and tomorrow, and those who came before are in the middle of it.
    State.IN_PROGRESS: (-4, -3, -2, -2, -1, 0),
    State.CONFIRMED: (1, 2, 3, 5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 41),
    State.PROPOSED: (19, 30, 46, 58),
    State.INQUIRY: (24, 37, 52, 66),
    State.CANCELLED: (-16, 14),
}


def slots(seed: int) -> Iterator[Slot]:
    """All departures, by their day."""
    starts = sorted(
        ((start, state) for state, starts in _STARTS.items() for start in starts),
        key=lambda pair: pair[0],
    )
    throw = dice(seed, "routes")
    rest: list[Route] = []
    for number, (start, state) in enumerate(starts):
        lasting = -start + 1 if state is State.IN_PROGRESS else 0  # tomorrow is still part of it
        fitting = [route for route in rest if route.nights >= lasting]
        if not fitting:
            fresh = list(ROUTES)
            throw.shuffle(fresh)
            rest += fresh
            fitting = [route for route in rest if route.nights >= lasting]
        rest.remove(fitting[0])
        yield Slot(number, start, state, fitting[0])
