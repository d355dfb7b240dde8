"""How ratios are printed."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Sequence

from .rounds import Ratio

HEAD = ("what", "ours", "against", "theirs", "unit", "ratio", "rounds", "reach", "")


def text(ratios: Iterable[Ratio]) -> str:
    """A line for each ratio below a head, then the notes on each."""
    ratios = list(ratios)
    rows = [HEAD, *map(_row, ratios)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for ratio in ratios:
        if ratio.notes:
            lines += ["", f"{ratio.what} against {ratio.against}:", *ratio.notes]
    return "\n".join(lines)


def machine() -> str:
    """What a reader must know of the machine: how many processors, and how busy they are."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} processors; load over 1, 5 and 15 minutes {load}"


def _row(ratio: Ratio) -> tuple[str, ...]:
    verdict = "" if ratio.reach is None else "reached" if ratio.reached else "NOT reached"
    sign = "≤" if ratio.most else "≥"
    return (
        ratio.what,
        _middle(ratio.ours),
        ratio.against,
        _middle(ratio.theirs),
        ratio.unit,
        f"{ratio.median:.2f}",
        f"{min(ratio.of_rounds):.2f}–{max(ratio.of_rounds):.2f}",
        "" if ratio.reach is None else f"{sign} {ratio.reach:g}",
        verdict,
    )


def _middle(values: Sequence[float]) -> str:
    middle = statistics.median(values)
    return f"{middle:,.0f}" if middle >= 100 else f"{middle:.1f}"
