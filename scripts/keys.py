"""The secrets of a local installation: made once, kept in a file that only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from fairlead.secrets import new_key


def local_keys(folder: Path) -> dict[str, str]:
    """The environment variables that hold secrets, the same at every start."""
    path = folder / "keys.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    keys = {
        "FAIRLEAD_SECRET_KEYS": new_key(),
        "FAIRLEAD_ADMIN_TOKEN": secrets.token_urlsafe(24),
    }
    write_private(path, keys)
    return keys


def write_private(path: Path, content: object) -> None:
    """Write JSON that nobody else may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    aside.replace(path)
