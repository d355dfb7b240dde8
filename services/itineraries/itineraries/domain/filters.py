"""What can be asked of a list of trips."""

from __future__ import annotations

from .plan import check


def check_prices(currency: str | None, price_from: int | None, price_to: int | None) -> None:
    """Raises Invalid for prices without a currency: amounts of two cannot be compared."""
    if currency is None and (price_from is not None or price_to is not None):
        check([("currency", "is needed with a price")])
