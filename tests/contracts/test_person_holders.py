"""Who keeps words of people or about them is asked when somebody wants to be forgotten."""

from __future__ import annotations

import re

from contracts.persons import PersonHolder
from contracts.services import SERVICES, person_holders
from fairlead.contract import calls
from scripts.uv import ROOT

# A service with rows of its own that hears or is told of people.
KEEPS = re.compile(r"\bmapped_column\(")


def test_each_service_with_rows_is_asked() -> None:
    keepers = set()
    for service in SERVICES:
        package = ROOT / "services" / service.name / service.name
        if any(KEEPS.search(path.read_text()) for path in package.rglob("*.py")):
            keepers.add(service.name)
    keepers.remove("api_gateway")  # it has what happened in two days, and drops it when it hears
    assert keepers == {each.service for each in person_holders()}
    [gateway] = [each for each in SERVICES if each.name == "api_gateway"]
    assert "ContactErased" in {each.__name__ for each in gateway.hears}


def test_a_holder_is_asked_by_services_alone() -> None:
    for each in person_holders():
        assert PersonHolder in each.__mro__
        for method in ("export_person", "erase_person", "forget_copies"):
            assert {role.value for role in calls(each)[method].right.roles} == {"service"}
