"""Locks what the distributions and the tests ask for, with hashes: `make lock`.

    python -m scripts.lock              lock, keeping the versions locked before where they fit
    python -m scripts.lock --upgrade    lock the newest versions that fit
    python -m scripts.lock --check      say which locks are older than what they lock (offline)

`requirements/run.txt` is for all distributions, extras included; `dev.txt` adds dev.in to it, at
the same versions; `bootstrap.txt` is the installer. Lock files name no index: a machine has its
own. Their first line holds the digest of what was asked, which `--check` compares.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

from scripts.uv import ROOT, uv

REQUIREMENTS = ROOT / "requirements"
OLDEST_PYTHON = "3.11"


def asked() -> dict[str, list[str]]:
    """What each lock file must cover, by its name: requirements as PEP 508 strings, sorted."""
    run = _distributions()
    dev_in = (REQUIREMENTS / "dev.in").read_text(encoding="utf-8").splitlines()
    dev = {line.strip() for line in dev_in if line.strip() and not line.startswith("#")}
    return {"run.txt": sorted(run), "dev.txt": sorted(run | dev), "bootstrap.txt": ["uv"]}


def stale() -> list[str]:
    """The names of the lock files that were made from other requirements than now stand."""
    return [
        name
        for name, requirements in asked().items()
        if not _read(name).startswith(_digest_line(requirements))
    ]


def lock(upgrade: bool) -> None:
    """Writes every lock file; raises subprocess.CalledProcessError when uv finds no solution."""
    for name, requirements in asked().items():
        path = REQUIREMENTS / name
        uv(
            [
                "pip", "compile", "-", "--quiet", "--output-file", str(path),
                "--universal", "--python-version", OLDEST_PYTHON,
                "--generate-hashes", "--no-header", "--no-annotate",
                *(["--constraints", str(REQUIREMENTS / "run.txt")] if name == "dev.txt" else []),
                *(["--upgrade"] if upgrade else []),
            ],
            given="\n".join(requirements),
        )  # fmt: skip
        locked = path.read_text(encoding="utf-8")
        path.write_text(_digest_line(requirements) + locked, encoding="utf-8")
        print(f"locked {path.relative_to(ROOT)}: {locked.count('==')} packages")


def _read(name: str) -> str:
    path = REQUIREMENTS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _distributions() -> set[str]:
    """The requirements of every distribution here, without those on one another."""
    projects = [
        tomllib.loads(path.read_text(encoding="utf-8"))["project"] for path in _pyprojects()
    ]
    own = {project["name"] for project in projects}
    requirements: set[str] = set()
    for project in projects:
        extras = project.get("optional-dependencies", {})
        requirements.update(project["dependencies"], *extras.values())
    # One of ours may be asked for with an extra: `fairlead[pictures]`.
    return {each for each in requirements if each.partition("[")[0] not in own}


def _pyprojects() -> list[Path]:
    folders = [ROOT / "shared", ROOT / "contracts", *sorted(ROOT.glob("services/*"))]
    return [path for folder in folders if (path := folder / "pyproject.toml").exists()]


def _digest_line(requirements: list[str]) -> str:
    digest = hashlib.sha256("\n".join(requirements).encode()).hexdigest()
    return f"# locks what was asked: sha256 {digest}\n"


def main(arguments: list[str]) -> int:
    """Locks, or checks; 1 when a lock is stale or cannot be made."""
    if "--check" in arguments:
        names = stale()
        if names:
            print(f"stale: {', '.join(names)}; run: make lock", file=sys.stderr)
        return bool(names)
    try:
        lock(upgrade="--upgrade" in arguments)
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
