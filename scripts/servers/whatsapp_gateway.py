"""The WhatsApp gateway, as `fairlead.run` runs it, but for its workers: those that believe the
stand-in. `python -m scripts.servers.whatsapp_gateway whatsapp_gateway.service:…`"""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

import sys
from functools import partial

from fairlead.run import leave, main
from scripts.servers.whatsapp_client import COMMAND
from whatsapp_gateway import office
from whatsapp_gateway.linked.keeper import Keeper
from whatsapp_gateway.linked.process import started

if __name__ == "__main__":
    believing = partial(Keeper, start=partial(started, command=COMMAND))
    setattr(office, "Keeper", believing)  # noqa: B010 - it is an import of that module's
    leave(main(sys.argv[1:]))
