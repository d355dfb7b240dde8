"""The images of the services, as far as that can be told without Docker: what the Dockerfile
copies exists, and each service can be imported from it with the packages of its list alone."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from scripts import lock
from scripts.stack import SERVICES
from scripts.uv import ROOT
from tests.charts import importing
from tests.charts.dockerfile import (
    copied,
    ignore_rules,
    instructions,
    is_ignored,
    last_stage,
    lay_out,
)

SERVICE = sorted(SERVICES)


def _of_image(service: str) -> set[str]:
    text = (lock.REQUIREMENTS / "services" / f"{service}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


def _hidden(distributions: set[str]) -> list[str]:
    """The modules here that come from none of `distributions`."""
    normal = re.compile(r"[-_.]+")
    return [
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if not any(normal.sub("-", owner).lower() in distributions for owner in owners)
    ]


@pytest.mark.parametrize("service", SERVICE)
def test_what_the_dockerfile_copies_is_there_and_not_ignored(service: str) -> None:
    rules = ignore_rules()
    for source, _ in copied(instructions(service)):
        assert source.exists(), source
        files = [source] if source.is_file() else source.rglob("*")
        assert any(not is_ignored(each, rules) for each in files), f"{source} is ignored"


def test_the_builder_gets_no_secret_no_test_and_nothing_of_development() -> None:
    rules = ignore_rules()
    for name in (
        "var/keys.json", ".git/config", ".venv/bin/python", "README.md", "requirements/dev.txt",
        "scripts/keys.py", "charts/fairlead/values.yaml", "shared/tests/test_files.py",
        "services/inbox/tests/test_doors.py", "shared/fairlead/testing/bus.py",
        "services/api_gateway/api_gateway/testing.py", "contracts/schemas/x.json",
        "services/web/node_modules/vite/package.json", "services/web/dist/index.html",
    ):  # fmt: skip
        assert is_ignored(ROOT / name, rules), name
    for name in (
        "services/inbox/inbox/service.py", "shared/fairlead/run.py", "services/web/src/main.tsx",
        "services/web/package-lock.json", "services/web/.npmrc",
    ):  # fmt: skip
        assert not is_ignored(ROOT / name, rules), name


def test_an_image_runs_as_nobody_and_gets_its_signals() -> None:
    stage = last_stage("accounts")
    user = [each.rest for each in stage if each.word == "USER"]
    assert user == ["10001:10001"]  # by number: runAsNonRoot cannot look a name up
    assert json.loads(stage[-1].rest) == ["python", "-m", "fairlead.run"]  # no shell in between


@pytest.mark.timeout(240)
def test_every_service_runs_with_what_its_image_holds(tmp_path: Path) -> None:
    images = {}
    for service, named in SERVICES.items():
        lay_out(service, tmp_path)  # what all images have is the same, and copied once
        others = SERVICES.keys() - {service}
        hidden = [*_hidden(_of_image(service)), *others]
        images[service] = {"class": named, "hidden": hidden}
    every = set.intersection(*map(_of_image, SERVICES))
    asked = {
        "folder": str(tmp_path / "app"),
        "packages": sysconfig.get_path("purelib"),
        "hidden": [*_hidden(every), *SERVICES],
        "images": images,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", importing.__file__],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == dict.fromkeys(SERVICES)
