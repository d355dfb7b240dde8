"""The web client's build and checks: `python -m scripts.web build`, or `check`.

The client is built when its sources, or how it is built, changed since it was; `make up` asks that
each time, and it takes some milliseconds. The build stands in services/web/dist.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.servers import node
from scripts.servers.node import NoNode
from scripts.uv import ROOT, VENV

WEB = ROOT / "services" / "web"
DIST = WEB / "dist"
STAMP = DIST / "sources.sha256"
SOURCES = ("src", "public", "build", "index.html", "package-lock.json", "vite.config.ts",
           "postcss.config.js", "tsconfig.json")  # fmt: skip


class BuildFailed(Exception):
    """The client cannot be built; the message holds what the builder said."""


def digest() -> str:
    """Of all that the build is made from."""
    found = hashlib.sha256()
    for path in _files():
        found.update(f"{path.relative_to(WEB)}\0{path.stat().st_size}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _files() -> Iterator[Path]:
    for name in SOURCES:
        path = WEB / name
        if path.is_file():
            yield path
        else:
            yield from sorted(
                each for each in path.rglob("*") if each.is_file() and ".test." not in each.name
            )


def build() -> bool:
    """Build the client unless it is built from what is there; returns whether it was.

    Raises NoNode and BuildFailed. A build that fails leaves the one before it.
    """
    with node.alone(VENV / "web-build.lock"):
        wanted = digest()
        if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
            return False
        made = WEB / "dist.new"
        try:
            node.run(WEB, "vite/bin/vite.js", "build", "--outDir", made.name, "--emptyOutDir")
        except subprocess.CalledProcessError as error:
            raise BuildFailed(f"{error.stdout}{error.stderr}") from None
        shutil.rmtree(DIST, ignore_errors=True)
        made.rename(DIST)
        STAMP.write_text(wanted, encoding="utf-8")
        return True


CHECKS = {
    "types": ("typescript/bin/tsc", "--noEmit"),
    "style": ("eslint/bin/eslint.js", ".", "--max-warnings", "0", "--cache",
              "--cache-location", "node_modules/.cache/eslint"),
    "units": ("vitest/vitest.mjs", "run"),
}  # fmt: skip


def run_check(name: str) -> str:
    """What one check says against the sources; empty where it has nothing to say."""
    try:
        node.run(WEB, *CHECKS[name], CI="true", NO_COLOR="1")
    except subprocess.CalledProcessError as error:
        return f"{error.stdout}{error.stderr}"
    return ""


def main(arguments: list[str]) -> int:
    """Builds the client, or runs the checks that are named; 1 with what went wrong."""
    begun = time.monotonic()
    try:
        if arguments == ["build"]:
            if build():
                print(f"built the web client in {time.monotonic() - begun:.1f} s", flush=True)
            return 0
        said = [run_check(name) for name in arguments or CHECKS]
    except (NoNode, BuildFailed) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(filter(None, said)), file=sys.stderr)
    return int(any(said))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
