"""Points of reviews, on one scale for all sources."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.itineraries import ReviewDetails, Scale, Score
from fairlead.local_time import check_day

from .calendar import problem
from .plan import line_problems, text_problems

_BOUNDS = {Scale.TEN: (0.0, 10.0), Scale.FIVE: (1.0, 5.0)}


def normal(given: float, scale: Scale) -> float:
    """Points on 0 to 10, to two decimals: 4 of 5 stars are 8 of 10."""
    return round(given * 10 / _BOUNDS[scale][1], 2)


def scores(details: ReviewDetails) -> list[Score]:
    """The categories' points on 0 to 10, beside what was given; names are in lower case."""
    return [
        Score(
            category=each.category.strip().casefold(),
            given=each.given,
            score=normal(each.given, details.scale),
        )
        for each in details.categories
    ]


def overall(details: ReviewDetails) -> float | None:
    """The overall points on 0 to 10."""
    return None if details.overall is None else normal(details.overall, details.scale)


def problems(details: ReviewDetails) -> Iterator[tuple[str, str]]:
    """What is wrong with a review: the path of a field and a reason."""
    lines = {"source": details.source, "external_id": details.external_id, "guest": details.guest}
    least, most = _BOUNDS[details.scale]
    points = {"overall": details.overall} if details.overall is not None else {}
    seen: set[str] = set()
    for number, each in enumerate(details.categories):
        at = f"categories[{number}]"
        lines[f"{at}.category"] = each.category
        points[f"{at}.given"] = each.given
        name = each.category.strip().casefold()
        if name in seen:
            yield f"details.{at}.category", "stands there twice"
        seen.add(name)
    for field, reason in line_problems(lines, lines.keys() - {"guest"}):
        yield f"details.{field}", reason
    for field, given in points.items():
        if not least <= given <= most:
            yield f"details.{field}", f"is not on the scale {details.scale.value}"
    for field, reason in text_problems({"text": details.text, "answer": details.answer}):
        yield f"details.{field}", reason
    yield from problem("details.date", check_day, details.date)
