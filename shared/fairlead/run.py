"""`python -m fairlead.run module:Service ...` runs services in this process.

The first lines make the process green, before anything else is imported.
"""

import os
import warnings

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")
# docs/adr/0001 says why eventlet, and what would replace it.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import importlib  # noqa: E402
import sys  # noqa: E402

from .process import run  # noqa: E402
from .settings import BadSettings  # noqa: E402


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
