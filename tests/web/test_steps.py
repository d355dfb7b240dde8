"""The client offers the steps that the service allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from itineraries.domain.states import ALLOWED, SERVICE_STEPS
from scripts.web import WEB

STEPS = json.loads((WEB / "src" / "trips" / "steps.json").read_text(encoding="utf-8"))


def _words(steps: Mapping[Any, frozenset[Any]]) -> dict[str, set[str]]:
    return {before.value: {each.value for each in after} for before, after in steps.items()}


def test_the_client_offers_the_steps_that_are_allowed() -> None:
    for name, allowed in (("itinerary", _words(ALLOWED)), ("service", _words(SERVICE_STEPS))):
        assert {before: set(after) for before, after in STEPS[name].items()} == allowed
