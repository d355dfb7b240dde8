"""The table of who asks, says and hears, held against the services' own code."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from contracts.services import SERVICES, Service
from fairlead.bus.events import On
from fairlead.bus.rpc import Rpc
from fairlead.contract import EVENTS, calls, topic
from fairlead.jobs.doors import JobDoors
from fairlead.jobs.messages import JobChanged
from fairlead.notices import NotificationRaised
from fairlead.recorded import AuditRecorded

ROOT = Path(__file__).parents[2]
by_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: str(service.name))


def service_class(name: str) -> Any:
    """The class of a service, by its name on the bus."""
    module = importlib.import_module(f"{name}.service")
    [found] = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and getattr(value, "name", None) == name
    ]
    return found


def entrypoints(name: str, kind: type) -> list[tuple[str, Any]]:
    """The methods of a service that something from outside calls, with how."""
    return [
        (method, entrypoint)
        for method, function in inspect.getmembers(service_class(name), callable)
        for entrypoint in getattr(function, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, kind)
    ]


def constructed(name: str) -> set[str]:
    """Names of the classes that the code of a service makes instances of."""
    folder = ROOT / "services" / name / name
    code = [path for path in folder.rglob("*.py") if "testing" not in path.parts]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in code]
    return {
        node.func.id
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def records(name: str) -> bool:
    """Whether the code of a service writes into the audit log."""
    code = (ROOT / "services" / name / name).rglob("*.py")
    return any("from fairlead.audit import record" in path.read_text("utf-8") for path in code)


def test_the_table_has_every_service() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/pyproject.toml")}
    assert {service.name for service in SERVICES} == folders


@by_service
def test_every_method_is_in_the_contract_and_the_other_way_round(service: Service) -> None:
    offered = {method for method, _ in entrypoints(service.name, Rpc)}
    agreed = set(calls(service.interface)) if service.interface else set()
    assert offered == agreed
    assert getattr(service_class(service.name), "implements", None) is service.interface


@by_service
def test_a_service_hears_what_the_table_says(service: Service) -> None:
    heard = {topic(entrypoint.event) for _, entrypoint in entrypoints(service.name, On)}
    assert heard == {topic(event) for event in service.hears}


@by_service
def test_a_service_says_what_the_table_says(service: Service) -> None:
    names = {NotificationRaised.__name__} | {
        event.__name__ for event in EVENTS.values() if event.__module__.startswith("contracts.")
    }
    said = constructed(service.name) & names
    if records(service.name):
        said.add(AuditRecorded.__name__)
    if issubclass(service_class(service.name), JobDoors):
        said |= {JobChanged.__name__, NotificationRaised.__name__}
    assert said == {event.__name__ for event in service.says}


@by_service
def test_an_event_bears_the_name_of_who_says_it(service: Service) -> None:
    for event in service.says:
        assert event.event_source in (service.name, "channels", "services")


def test_every_event_is_said_by_one_and_heard_by_another() -> None:
    said = {topic(event) for service in SERVICES for event in service.says}
    heard = {topic(event) for service in SERVICES for event in service.hears}
    declared = {topic(AuditRecorded), topic(JobChanged), topic(NotificationRaised)} | {
        name for name, event in EVENTS.items() if event.__module__.startswith("contracts.")
    }  # tests of the bus declare some of their own
    assert said == heard == declared


def test_handlers_keep_their_names() -> None:
    """An event that failed waits in the inbox table under its handler's name."""
    names = {
        f"{service.name}.{method}"
        for service in SERVICES
        for method, _ in entrypoints(service.name, On)
    }
    assert names == {
        "accounts.keep_record",
        "accounts.notify",
        "accounts.settle_delivery",
        "api_gateway.chat_group_changed",
        "api_gateway.comment_changed",
        "api_gateway.connection_changed",
        "api_gateway.contact_changed",
        "api_gateway.contact_erased",
        "api_gateway.conversation_changed",
        "api_gateway.document_changed",
        "api_gateway.draft_changed",
        "api_gateway.itinerary_changed",
        "api_gateway.job_changed",
        "api_gateway.label_changed",
        "api_gateway.listing_changed",
        "api_gateway.note_changed",
        "api_gateway.notifications_changed",
        "api_gateway.overbooking_found",
        "api_gateway.overbooking_resolved",
        "api_gateway.payment_recorded",
        "api_gateway.portal_changed",
        "api_gateway.presence_changed",
        "api_gateway.proposal_changed",
        "api_gateway.read_mark_changed",
        "api_gateway.review_changed",
        "api_gateway.review_received",
        "api_gateway.schedule_changed",
        "api_gateway.sessions_ended",
        "contacts.learn_file",
        "api_gateway.typing_changed",
        "contacts.learn_trip",
        "contacts.mark_identity",
        "contacts.place_organisation",
        "contacts.withdraw_consent",
        "email_gateway.message_queued",
        "email_gateway.notice_queued",
        "email_gateway.organisation_changed",
        "inbox.follow_files",
        "inbox.follow_chat",
        "inbox.join_addresses",
        "inbox.join_contacts",
        "inbox.learn_connection",
        "inbox.learn_contact",
        "inbox.learn_itinerary",
        "inbox.learn_organisation",
        "inbox.learn_proposal",
        "inbox.learn_user",
        "inbox.part_contacts",
        "inbox.take_amendment",
        "inbox.take_delivery_update",
        "inbox.take_group",
        "inbox.take_message",
        "itineraries.join_contacts",
        "itineraries.learn_file",
        "itineraries.part_contacts",
        "sms_gateway.message_queued",
        "webhooks.contact_changed",
        "webhooks.conversation_changed",
        "webhooks.delivery_updated",
        "webhooks.itinerary_changed",
        "webhooks.overbooking_found",
        "webhooks.overbooking_resolved",
        "webhooks.payment_recorded",
        "webhooks.proposal_changed",
        "webhooks.review_changed",
        "webhooks.review_received",
        "whatsapp_gateway.amendment_queued",
        "whatsapp_gateway.chat_attended",
        "whatsapp_gateway.group_ordered",
        "whatsapp_gateway.message_queued",
    }
