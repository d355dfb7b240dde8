"""Everything that is chosen follows from the seed: ids, and dice that are thrown apart.

Each subject has dice of its own, so that a guest more does not change every other trip.
"""

from __future__ import annotations

import random
from uuid import UUID, uuid5

_NAMESPACE = UUID("5a6f0c1e-8f0b-4c55-9d3e-6f6e1f7b2a90")


def numbered(seed: int, *names: str | int) -> UUID:
    """The id of what `names` name in the world of this seed, on whatever day it is made."""
    return uuid5(_NAMESPACE, "/".join(str(part) for part in (seed, *names)))


def dice(seed: int, *names: str | int) -> random.Random:
    """Dice for one subject."""
    return random.Random("/".join(str(part) for part in (seed, *names)))  # noqa: S311
