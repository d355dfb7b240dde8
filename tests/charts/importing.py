"""Imports services as their images would: from a given folder, with all hidden that is not theirs.

Run by itself, without site-packages of its own: `python -I -S importing.py`, with JSON on standard
input. Answers, for each service, the error that its import raised, or null.

What every image has is imported once; then each service in a process forked off.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
import warnings
from importlib.machinery import ModuleSpec
from typing import Any

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

SHARED = ("fairlead.process", "fairlead.service", "fairlead.s3", "contracts.services")


class Hidden:
    """Finds no module of the names given."""

    def __init__(self, names: list[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """None leaves the module to who comes next; raises ImportError for a hidden one."""
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)
        return None


def _answer(image: dict[str, Any]) -> str | None:
    sys.meta_path.insert(0, Hidden(image["hidden"]))
    module, _, attribute = image["class"].partition(":")
    try:
        service = getattr(importlib.import_module(module), attribute)
        importlib.import_module(f"{module.partition('.')[0]}.migrations.tables")
        if service.name != module.partition(".")[0]:
            return f"{attribute} is called {service.name} on the bus"
    except Exception:
        return traceback.format_exc(limit=-3)
    return None


def _forked(image: dict[str, Any]) -> str | None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as pipe:
            json.dump(_answer(image), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    answer: str | None = json.loads(said) if said else "the process died"
    return answer


def main() -> None:
    """Read the images, and write what became of each."""
    asked = json.load(sys.stdin)
    sys.path.insert(0, asked["folder"])
    sys.path.append(asked["packages"])
    sys.meta_path.insert(0, Hidden(asked["hidden"]))
    for name in SHARED:
        importlib.import_module(name)
    del sys.meta_path[0]
    json.dump({name: _forked(image) for name, image in asked["images"].items()}, sys.stdout)


if __name__ == "__main__":
    main()
