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

from .real_locks import import_with_real_locks  # noqa: E402

import_with_real_locks()

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
