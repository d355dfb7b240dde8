"""`python -m scripts.bench [pair …]`: measure, and print what is reached of what should be."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from scripts.servers.server import ServerError

from . import table
from .ground import Ground
from .pairs import PAIRS, Sizes
from .worker import PROFILES


def main(arguments: list[str]) -> int:
    """Measures the named pairs, or all; 0 whatever the figures are, 1 when one could not be had."""
    asked = _parser().parse_args(arguments)
    folder = Path(os.environ.get("FAIRLEAD_VAR") or "var").resolve() / "bench"
    if asked.profile:
        profiles = folder / "profiles"
        profiles.mkdir(parents=True, exist_ok=True)
        os.environ[PROFILES] = str(profiles)
        print(f"profiles are written to {profiles}; they slow everything down")
    sizes = Sizes(rounds=asked.rounds, many_messages=asked.messages, gateways=asked.gateways)
    failed = False
    with Ground(folder) as ground:
        for name in asked.pairs or PAIRS:
            begun = time.monotonic()
            print(f"\n{name}: {table.machine()}", flush=True)
            try:
                print(table.text(PAIRS[name](ground, sizes)))
            except ServerError as error:
                print(error, file=sys.stderr)
                failed = True
            print(f"measured in {time.monotonic() - begun:.0f} s", flush=True)
    return int(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("pairs", nargs="*", choices=[*PAIRS, []], metavar="|".join(PAIRS))
    parser.add_argument("--rounds", type=int, default=Sizes.rounds, help="of each pair")
    parser.add_argument(
        "--messages", type=int, default=Sizes.many_messages, help="in the larger store of reach"
    )
    parser.add_argument(
        "--gateways", type=int, default=Sizes.gateways, help="processes of the email gateway"
    )
    parser.add_argument("--profile", action="store_true", help="write where the time goes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
