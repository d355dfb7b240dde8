"""Makes .venv with exactly what the lock files say, and nothing when it is so already.

    python3.11 -m scripts.setup run     what the services need
    python3.11 -m scripts.setup dev     and what tests and checks need

Needs the standard library alone. The repository's packages are put on the path of .venv, not
copied into it. Index, proxy and certificate settings are the machine's own (pip's and uv's).
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from typing import Any

from scripts.servers.install import MissingPackages, install
from scripts.uv import PYTHON, ROOT, VENV, uv

STAMP = VENV / "fairlead.json"
REQUIREMENTS = ROOT / "requirements"
LEVELS = ("run", "dev")
OLDEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Sets up the level named; returns 1, with one line on standard error, when it cannot."""
    level = arguments[0] if arguments else "run"
    if level not in LEVELS:
        print(f"no such level: {level}; there are {', '.join(LEVELS)}", file=sys.stderr)
        return 1
    if sys.version_info < OLDEST_PYTHON:
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}", file=sys.stderr)
        return 1
    lock = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # two commands given at once must not build one .venv
    try:
        _set_up(level)
    except MissingPackages as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"setting up failed at: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    finally:
        os.close(lock)
    return 0


def _set_up(level: str) -> None:
    done = _stamped()
    if done.get("level") == "dev":
        level = "dev"  # which holds all of run: never take away what another command needs
    wanted = _wanted(level)
    if done == wanted and PYTHON.exists():
        return
    begun = time.monotonic()
    print(f"setting up .venv ({level}) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    if not PYTHON.exists() or done.get("root") != wanted["root"]:
        _make_venv()
    if done.get("bootstrap") != wanted["bootstrap"]:
        _pip_install("bootstrap.txt")
    uv(["pip", "sync", "--quiet", "--python", str(PYTHON), "--require-hashes",
        "--compile-bytecode", str(REQUIREMENTS / f"{level}.txt")])  # fmt: skip
    _put_on_path(wanted["path"])
    STAMP.write_text(json.dumps(wanted, indent=2), encoding="utf-8")
    print(f"setting up .venv took {time.monotonic() - begun:.1f} s", flush=True)


def _stamped() -> dict[str, Any]:
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def _wanted(level: str) -> dict[str, Any]:
    services = sorted(path.parent for path in ROOT.glob("services/*/pyproject.toml"))
    return {
        "level": level,
        "root": str(ROOT),
        "bootstrap": _digest("bootstrap.txt"),
        "lock": _digest(f"{level}.txt"),
        "path": [str(path) for path in (ROOT, ROOT / "shared", *services)],
    }


def _digest(name: str) -> str:
    return hashlib.sha256((REQUIREMENTS / name).read_bytes()).hexdigest()


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        install([f"python3.{sys.version_info.minor}-venv"])  # Debian splits it off
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)


def _pip_install(name: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement"]
    subprocess.run([*command, str(REQUIREMENTS / name)], check=True)


def _put_on_path(folders: list[str]) -> None:
    site = next((VENV / "lib").glob("python3*/site-packages"))
    (site / "fairlead.pth").write_text("\n".join([*folders, ""]), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
