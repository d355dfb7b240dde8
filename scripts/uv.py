"""Runs the pinned uv of .venv with the machine's own settings for indexes and certificates."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# What pip calls it, in its variables and files, and what uv, which reads neither, calls it.
PIP_TO_UV = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


def uv(arguments: Sequence[str], given: str | None = None) -> None:
    """Runs `uv ARGUMENTS` at the repository's root, `given` on its standard input.

    Raises subprocess.CalledProcessError; uv has then said on standard error what went wrong.
    """
    command = [str(VENV / "bin" / "uv"), *arguments]
    environment = _pip_settings() | os.environ
    subprocess.run(command, cwd=ROOT, env=environment, input=given, text=True, check=True)


def _pip_settings() -> dict[str, str]:
    """pip's settings under uv's names; what stands for one command or the environment counts
    over what stands for all, as pip has it."""
    command = [str(PYTHON), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = {}
    for scope in ("global.", "install.", ":env:."):
        for line in listed.splitlines():
            key, _, value = line.partition("=")
            name = PIP_TO_UV.get(key.removeprefix(scope))
            if key.startswith(scope) and name:
                found[name] = str(ast.literal_eval(value))
    return found
