"""The API gateway, as `fairlead.run` runs it: `python -m scripts.bench.hooks.door`."""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

from api_gateway.service import ApiGateway
from fairlead import logs
from fairlead.process import Process

from ..worker import obey


def main() -> None:
    """Run until nobody wants it any more."""
    process = Process([ApiGateway])
    logs.configure(ApiGateway.name, level="error")
    process.migrate()
    process.start()
    obey({})


if __name__ == "__main__":
    main()
