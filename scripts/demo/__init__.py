"""The demo's world: a tour operator with its people, trips and letters, the same for one seed.

`python -m scripts.demo --print` shows it. Nobody in it exists: every address is under `.example`
(RFC 2606), and every phone number is kept for fiction.
"""

from .model import World
from .planting import plant, plant_once
from .world import today, world

__all__ = ["World", "plant", "plant_once", "today", "world"]
