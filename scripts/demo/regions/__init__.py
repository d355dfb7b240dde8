"""The regions that the demo's tour operator sells."""

from __future__ import annotations

from . import algarve, andalusia, azores, lisbon, madeira, morocco, porto
from .region import Company, Gate, Offer, Region, Trade

REGIONS: dict[str, Region] = {
    region.key: region
    for region in (
        lisbon.REGION,
        porto.REGION,
        algarve.REGION,
        azores.REGION,
        madeira.REGION,
        andalusia.REGION,
        morocco.REGION,
    )
}

__all__ = ["REGIONS", "Company", "Gate", "Offer", "Region", "Trade"]
