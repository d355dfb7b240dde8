"""Whatever the OpenAPI document allows, and much that it does not: never an error of the server,
always an answer that the document describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api_gateway.openapi import document

from .conftest import Running

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

EXAMPLES = 4  # of each kind for each operation
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
LEFT_OUT = {"stream_events"}  # an endless answer
THROTTLED = {  # where passwords, codes and links could be guessed
    *("sign_in", "sign_in_with_code", "forgotten", "look_at_link", "use_link"),
    *("accounts_change_password_put", "accounts_enrol_second_factor_post"),
    *("accounts_confirm_second_factor_post", "accounts_renew_recovery_codes_post"),
    "accounts_disable_second_factor_post",
}
# In a form everything is text, and nothing is of a wrong type; nor is any token of a link.
FORMS = {"upload_file", "look_at_link"}

SCHEMA = schemathesis.openapi.from_dict(json.loads(document()))
OPERATIONS = {
    operation.definition.raw["operationId"]: operation
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok) and (operation := found.ok())
}


def is_text(body: Any) -> bool:
    """Whether a body's characters are some: two halves of one count as two where it is made, and
    as one where it arrives."""
    try:
        json.dumps(body, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def questions() -> Iterator[Any]:
    """Each operation with what fits its schema; and with what does not, where it takes anything."""
    for name, operation in sorted(OPERATIONS.items()):
        takes = [*operation.iter_parameters(), *operation.body]
        wrong_too = takes and name not in FORMS
        modes = list(GenerationMode) if wrong_too else [GenerationMode.POSITIVE]
        if name not in LEFT_OUT:
            yield from (pytest.param(name, mode, id=f"{name}-{mode.value}") for mode in modes)


@pytest.mark.parametrize(("name", "mode"), list(questions()))
def test_it_does_what_its_document_says(name: str, mode: GenerationMode, running: Running) -> None:
    headers = {"Authorization": f"Bearer {running.tokens['ours']['owner']}"}

    @seed(20261122)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[name].as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        assume(is_text(case.body))
        response = case.call(base_url=running.address, headers=headers)
        if response.status_code in (413, 414):  # too long: the server's, before anybody reads it
            return
        case.validate_response(response, checks=CHECKS)
        assert name in THROTTLED or response.status_code != 429  # else it was not tried

    ask()


def test_every_operation_is_tried() -> None:
    paths: dict[str, Any] = json.loads(document())["paths"]
    assert len(OPERATIONS) == sum(len(methods) for methods in paths.values())
