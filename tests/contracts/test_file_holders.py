"""Who keeps keys of the file store is asked before a content goes."""

from __future__ import annotations

import re

from contracts.files import FileHolder
from contracts.services import SERVICES, file_holders
from fairlead.contract import calls
from scripts.uv import ROOT

KEEPS = re.compile(r"\bFileStore\b|\bruntime\.files\b|\bFileRef\b|\bJobDoors\b")


def test_each_service_that_keeps_files_says_what_it_holds() -> None:
    keepers = set()
    for service in SERVICES:
        package = ROOT / "services" / service.name / service.name
        if any(KEEPS.search(path.read_text()) for path in package.rglob("*.py")):
            keepers.add(service.name)
    keepers.remove("api_gateway")  # it hands files on and has no rows of them
    assert keepers == {each.service for each in file_holders()}
    assert {"inbox", "email_gateway"} <= keepers


def test_a_holder_is_asked_by_services_alone() -> None:
    for each in file_holders():
        assert FileHolder in each.__mro__
        assert {role.value for role in calls(each)["files_held"].right.roles} == {"service"}
