"""`python -m fairlead.run module:Service ...` runs services in this process.

The first line makes the process green, before anything else is imported.
"""

import fairlead.patching  # noqa: F401

# isort: split

import importlib
import os
import sys

from .process import run
from .settings import BadSettings


def main(names: list[str]) -> int:
    """Run the services that `names` name as `module:Class`; returns the exit code."""
    services = []
    for name in names:
        module, _, attribute = name.partition(":")
        services.append(getattr(importlib.import_module(module), attribute))
    try:
        return run(services)
    except BadSettings as bad:
        sys.stderr.write(f"{bad}\n")
        return 2


def leave(code: int) -> None:
    """End the process. Who died may have left work in threads of eventlet's pool that nobody waits
    for any more; at an ordinary exit they would be joined first, for ever."""
    if code == 0:
        sys.exit(0)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
