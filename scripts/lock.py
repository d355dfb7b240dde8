"""Locks what the distributions and the tests ask for, with hashes: `make lock`.

    python -m scripts.lock              lock, keeping the versions locked before where they fit
    python -m scripts.lock --upgrade    lock the newest versions that fit
    python -m scripts.lock --check      say which locks are older than what they lock (offline)

`requirements/run.txt` is for all distributions, extras included; `dev.txt` adds dev.in to it, at
the same versions; `bootstrap.txt` is the installer. `services/NAME.txt` lists what the image of one
service holds, at the versions of run.txt, which has the hashes. Lock files name no index: a machine
has its own. Their first line holds the digest of what was asked, which `--check` compares.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from scripts.uv import ROOT, uv

REQUIREMENTS = ROOT / "requirements"
OLDEST_PYTHON = "3.11"
# Replicas on several machines share no folder: what runs in an image can keep files in a bucket.
OF_EVERY_IMAGE = "fairlead[s3]"

Projects = dict[str, dict[str, Any]]


def asked() -> dict[str, list[str]]:
    """What each lock file must cover, by its name: requirements as PEP 508 strings, sorted."""
    projects = _projects()
    run = _distributions(projects)
    dev_in = (REQUIREMENTS / "dev.in").read_text(encoding="utf-8").splitlines()
    dev = {line.strip() for line in dev_in if line.strip() and not line.startswith("#")}
    return {
        "run.txt": sorted(run),
        "dev.txt": sorted(run | dev),
        "bootstrap.txt": ["uv"],
        **{
            f"services/{name.removeprefix('fairlead-').replace('-', '_')}.txt": sorted(
                _of_image(name, projects)
            )
            for name in projects
            if name not in ("fairlead", "fairlead-contracts")
        },
    }


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
        path.parent.mkdir(exist_ok=True)
        with_hashes = not name.startswith("services/")
        as_it_runs = name == "dev.txt" or not with_hashes
        uv(
            [
                "pip", "compile", "-", "--quiet", "--output-file", str(path),
                "--universal", "--python-version", OLDEST_PYTHON,
                "--no-header", "--no-annotate",
                *(["--generate-hashes"] if with_hashes else []),
                *(["--constraints", str(REQUIREMENTS / "run.txt")] if as_it_runs else []),
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


def _projects() -> Projects:
    """The `[project]` table of every distribution here, by its name."""
    tables = (tomllib.loads(path.read_text(encoding="utf-8")) for path in _pyprojects())
    return {table["project"]["name"]: table["project"] for table in tables}


def _distributions(projects: Projects) -> set[str]:
    """The requirements of every distribution here, without those on one another."""
    requirements: set[str] = set()
    for project in projects.values():
        extras = project.get("optional-dependencies", {})
        requirements.update(project["dependencies"], *extras.values())
    return {each for each in requirements if _split(each)[0] not in projects}


def _of_image(service: str, projects: Projects) -> set[str]:
    """The requirements of a service's distribution and of those of ours that it stands on."""
    requirements: set[str] = set()
    wanted = [service, OF_EVERY_IMAGE]
    while wanted:
        name, extras = _split(wanted.pop())
        project = projects[name]
        for asked in (
            project["dependencies"],
            *(project["optional-dependencies"][e] for e in extras),
        ):
            wanted += [each for each in asked if _split(each)[0] in projects]
            requirements.update(each for each in asked if _split(each)[0] not in projects)
    return requirements


def _split(requirement: str) -> tuple[str, list[str]]:
    """The name and the extras of a requirement on one of ours: `fairlead[pictures]`."""
    name, _, extras = requirement.rstrip("]").partition("[")
    return name, extras.split(",") if extras else []


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
