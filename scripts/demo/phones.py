"""Phone numbers that ring nowhere: only ranges which a regulator keeps for films and books.

Sources: Ofcom, "Telephone numbers for drama use"; NANPA, 555-0100 to 555-0199; ACMA, numbers for
fiction; Bundesnetzagentur, notice 148/2021; Arcep, decision 2018-0881, numbers for audiovisual
works; PTS, reserved number series. Portugal, Spain, Morocco and the demo's other countries keep
none, so whoever lives there without a foreign number has no phone.
"""

from __future__ import annotations

from dataclasses import dataclass

from .seeding import dice


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `prefix` + `first` to `prefix` + `last`, both of the same length."""

    prefix: str
    first: str
    last: str

    def numbers(self) -> list[str]:
        """All of them in E.164."""
        width = len(self.first)
        return [
            f"{self.prefix}{number:0{width}}"
            for number in range(int(self.first), int(self.last) + 1)
        ]


_DRAMA_UK = ("+4420794600", "+4416149600", "+4413149600", "+4411749600")
_CITIES_US = ("212", "206", "303", "312", "415", "503", "512", "617")
_CITIES_CA = ("416", "514", "604")

FICTION: dict[str, tuple[Range, ...]] = {
    "GB": tuple(Range(prefix, "00", "99") for prefix in _DRAMA_UK),
    "US": tuple(Range(f"+1{city}555", "0100", "0199") for city in _CITIES_US),
    "CA": tuple(Range(f"+1{city}555", "0100", "0199") for city in _CITIES_CA),
    "AU": (Range("+61255501", "000", "199"), Range("+61370101", "000", "199")),
    "DE": (
        Range("+493023125", "000", "199"),
        Range("+494066969", "000", "199"),
        Range("+498999998", "000", "199"),
    ),
    "FR": (Range("+3319900", "1000", "1199"), Range("+3346571", "2000", "2199")),
    "SE": (Range("+46701740", "605", "699"),),
}
"""By country (ISO 3166-1). Within each range that the regulator names, some hundred numbers."""


class Directory:
    """Gives each number once, in an order that follows from the seed."""

    def __init__(self, seed: int) -> None:
        self._free = {
            country: [number for each in ranges for number in each.numbers()]
            for country, ranges in FICTION.items()
        }
        for country, numbers in self._free.items():
            dice(seed, "phones", country).shuffle(numbers)

    def number(self, country: str) -> str | None:
        """A number of the country in E.164; None where none is kept for fiction."""
        numbers = self._free.get(country)
        return numbers.pop() if numbers else None
