"""Write the contracts down as documents: `python -m contracts.export`, or `make contracts`.

Makes `asyncapi/` (one document a service), `schemas/` and `examples/` (one file a message) anew.
With `--check` nothing is written, and the exit status is 1 when a file is not as it would be.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from .documents import all_messages, asyncapi
from .services import SERVICES

HERE = Path(__file__).parent
FOLDERS = ("asyncapi", "examples", "schemas")
COMMAND = "python -m contracts.export"


@functools.cache
def documents() -> Mapping[str, str]:
    """The text of each file by its path below `contracts/`; the same at every run."""
    made: dict[str, Any] = {
        f"asyncapi/{service.name}.json": asyncapi(service) for service in SERVICES
    }
    for name, message in all_messages().items():
        made[f"schemas/{name}.json"] = message.schema()
        made[f"examples/{name}.json"] = msgspec.to_builtins(message.example)
    return {path: json.dumps(made[path], indent=2, ensure_ascii=False) + "\n" for path in made}


def stale(folder: Path = HERE) -> list[str]:
    """Paths below `folder` of the files that are missing, too many, or not as they would be."""
    fresh = documents()
    found = {path: (folder / path).read_text(encoding="utf-8") for path in _present(folder)}
    return sorted(
        path for path in fresh.keys() | found.keys() if fresh.get(path) != found.get(path)
    )


def write(folder: Path = HERE) -> list[str]:
    """Bring the files below `folder` up to date; the paths of those that were not."""
    fresh = documents()
    changed = stale(folder)
    for path in changed:
        if path in fresh:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(fresh[path], encoding="utf-8")
        else:
            (folder / path).unlink()
    return changed


def _present(folder: Path) -> list[str]:
    return [
        path.relative_to(folder).as_posix()
        for name in FOLDERS
        for path in (folder / name).glob("*.json")
    ]


def main(arguments: list[str], folder: Path = HERE) -> int:
    """Write what is not up to date, or say with `--check` that it is not (1)."""
    check = "--check" in arguments
    changed = stale(folder) if check else write(folder)
    for path in changed:
        sys.stdout.write(f"{'stale' if check else 'written'}: contracts/{path}\n")
    return int(check and bool(changed))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
