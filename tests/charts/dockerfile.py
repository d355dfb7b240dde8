"""Reads the Dockerfile, and lays out the files that it would put into an image.

It needs no Docker: it knows as much of its language as our Dockerfile uses, and refuses
the rest.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import cache_from_source
from pathlib import Path

from scripts.uv import ROOT

KNOWN = {"ARG", "FROM", "COPY", "RUN", "ENV", "WORKDIR", "USER", "EXPOSE", "ENTRYPOINT"}


@dataclass(frozen=True)
class Instruction:
    """A line of the Dockerfile, its arguments filled in."""

    word: str
    rest: str


def instructions(service: str) -> list[Instruction]:
    """The Dockerfile as it builds `service`; raises ValueError for what is not known here."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    found = []
    for line in filter(str.strip, lines):
        word, _, rest = line.strip().partition(" ")
        if word not in KNOWN:
            raise ValueError(f"{word} is not known here")
        found.append(Instruction(word, rest.replace("${SERVICE}", service)))
    return found


def last_stage(service: str) -> list[Instruction]:
    """What makes the image itself."""
    found = instructions(service)
    begin = max(i for i, each in enumerate(found) if each.word == "FROM")
    return found[begin:]


def copied(stage: list[Instruction]) -> list[tuple[Path, str]]:
    """What is copied from the repository, and where it goes in the image."""
    copies = []
    for each in stage:
        if each.word == "COPY" and not each.rest.startswith("--from="):
            *sources, target = each.rest.split()
            copies += [(ROOT / source, target) for source in sources]
    return copies


def is_ignored(path: Path, rules: list[str]) -> bool:
    """Whether .dockerignore's `rules` keep a file out: the last one that fits it decides."""
    ignored = False
    parts = path.relative_to(ROOT).parts
    for rule in rules:
        pattern = rule.removeprefix("!")
        # A rule for a folder is one for all in it; `**/` is any folders, none too.
        if any(_fits("/".join(parts[:length]), pattern) for length in range(1, len(parts) + 1)):
            ignored = not rule.startswith("!")
    return ignored


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        name = pattern.removeprefix("**/")
        return fnmatchcase(path.rpartition("/")[2], name)
    if pattern == "**":
        return True
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


def ignore_rules() -> list[str]:
    """The rules of .dockerignore."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def lay_out(service: str, root: Path) -> None:
    """Put the files of `service`'s image below `root`, compiled where they are here.

    What is there already stays. Raises FileNotFoundError where a build would fail.
    """
    rules = ignore_rules()
    for source, target in copied(last_stage(service)):
        if not source.exists():
            raise FileNotFoundError(source)
        for path in source.rglob("*"):
            if path.is_file() and not is_ignored(path, rules):
                place = root / target.lstrip("/") / path.relative_to(source)
                _copy(path, place)
                if path.suffix == ".py" and Path(cache_from_source(path)).exists():
                    _copy(Path(cache_from_source(path)), Path(cache_from_source(place)))


def _copy(path: Path, place: Path) -> None:
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, place)  # with its time, by which Python knows what is compiled from it
