"""The lock files cover what the distributions ask for, with hashes, and name no index."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts import lock

LOCKED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<rest>.*)$")


def _locked(name: str) -> dict[str, Version]:
    lines = (lock.REQUIREMENTS / name).read_text(encoding="utf-8").splitlines()
    found = filter(None, map(LOCKED.match, lines))
    return {match["name"]: Version(match["version"]) for match in found}


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "bootstrap.txt"])
def test_a_lock_has_every_requirement_at_a_version_that_fits(name: str) -> None:
    locked = _locked(name)
    for requirement in map(Requirement, lock.asked()[name]):
        version = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "bootstrap.txt", "charts.txt"])
def test_every_package_of_a_lock_has_hashes_and_no_address(name: str) -> None:
    text = (lock.REQUIREMENTS / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    # A requirement and its hashes are one logical line.
    for line in text.replace("\\\n", "").splitlines():
        assert line.startswith("#") or "--hash=sha256:" in line, line


def test_the_services_run_on_the_versions_that_are_tested() -> None:
    assert _locked("run.txt").items() <= _locked("dev.txt").items()


@pytest.mark.parametrize("name", [name for name in lock.asked() if name.startswith("services/")])
def test_an_image_holds_what_its_service_asks_for_at_the_versions_of_run(name: str) -> None:
    locked = _locked(name)
    assert locked.items() <= _locked("run.txt").items()  # which has the hashes
    asked = {canonicalize_name(Requirement(each).name) for each in lock.asked()[name]}
    assert asked <= locked.keys()
    assert "boto3" in asked  # for files in a bucket


def test_an_image_holds_nothing_that_only_other_services_ask_for() -> None:
    assert "flask" in _locked("services/api_gateway.txt")
    assert "pillow" in _locked("services/inbox.txt")
    assert {"flask", "pillow", "reportlab"}.isdisjoint(_locked("services/accounts.txt"))


def test_our_own_distributions_are_not_looked_for_in_an_index() -> None:
    ours = {"fairlead", "fairlead-contracts"}
    for name in lock.asked():
        assert ours.isdisjoint(_locked(name))
        assert not any(Requirement(asked).name in ours for asked in lock.asked()[name])


def test_no_lock_is_stale() -> None:
    assert lock.stale() == []


def test_a_changed_requirement_makes_its_locks_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = lock.asked()
    more = asked | {"run.txt": [*asked["run.txt"], "attrs"]}
    monkeypatch.setattr(lock, "asked", lambda: more)
    assert lock.stale() == ["run.txt"]
