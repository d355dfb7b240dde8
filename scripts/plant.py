"""Puts the demo's world into services that run elsewhere: `python -m scripts.plant FOLDER ADDRESS`.

The bus is the one that the environment names.
"""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split

import os
import sys
from pathlib import Path

from fairlead.bus import Caller, connect
from fairlead.settings import Common
from scripts.demo import plant_once
from scripts.sign_ins import announce


def main(folder: Path, address: str) -> int:
    """Plant once, and say how to sign in."""
    settings = Common.read("plant")
    broker = connect(settings.amqp_uri.reveal())
    caller = Caller(broker)
    broker.start()
    world = plant_once(caller, folder)
    admin = f"http://{settings.host}:{settings.admin_port}"
    announce(folder / "up.json", world, address, os.environ["FAIRLEAD_ADMIN_TOKEN"], admin)
    broker.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
