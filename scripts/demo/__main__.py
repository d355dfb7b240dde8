"""`python -m scripts.demo --print [--seed N] [--today YYYY-MM-DD]`."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence

from .summary import summary
from .world import SEED, today, world


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the world."""
    parser = argparse.ArgumentParser(prog="python -m scripts.demo", description=__doc__)
    parser.add_argument("--print", action="store_true", required=True, help="print a summary")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--today", type=dt.date.fromisoformat, default=today())
    chosen = parser.parse_args(arguments)
    print(summary(world(chosen.today, chosen.seed)))


if __name__ == "__main__":
    main()
