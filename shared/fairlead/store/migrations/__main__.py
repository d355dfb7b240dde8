"""`python -m fairlead.store.migrations new <package> "what changes"`."""

from __future__ import annotations

import argparse
import sys

from .authoring import write_revision


def main() -> int:
    """Do what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fairlead.store.migrations")
    commands = parser.add_subparsers(required=True)
    new = commands.add_parser("new", help="write the next revision from a package's tables")
    new.add_argument("package", help="the service, or fairlead.store")
    new.add_argument("message", help="what changes, in a few words")
    options = parser.parse_args()
    try:
        sys.stdout.write(f"{write_revision(options.package, options.message)}\n")
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
