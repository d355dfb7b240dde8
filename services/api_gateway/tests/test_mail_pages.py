"""A mail as a page in a frame: what it shows, and what it may never do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest

from api_gateway.mail_pages import Images, with_pictures
from api_gateway.testing import Services, Visitor, field_errors, problem
from contracts.common import FileRef
from contracts.files import Attachment, File, FileState
from contracts.inbox import MessageView
from contracts.samples import sample
from fairlead.errors import NotFound

ID = sample(MessageView).id
PAGE = f"/api/v1/messages/{ID}/page"
LOGO = UUID(int=7)
REMOTE = '<p>Hi</p><img src="blocked:https://shop.test/a.png?x=1&amp;y=2"><img src="cid:logo%40x">'


def mail(services: Services, **fields: Any) -> None:
    """Let the message be this one."""
    message = msgspec.structs.replace(
        sample(MessageView), **{"html": REMOTE, "erased": False, "attachments": [_logo()]} | fields
    )
    ref = FileRef(key="k", name="logo.png", content_type="image/png", size=9, content_id="logo@x")
    services.answers["inbox.get_message"] = lambda **asked: message
    services.answers["inbox.get_file"] = lambda **asked: File(file=ref, **asked)


def _logo(state: FileState = FileState.CLEAN) -> Attachment:
    return Attachment(
        id=LOGO, name="logo.png", content_type="image/png", size=9, inline=True, state=state
    )


def test_it_runs_nothing_and_loads_nothing_from_elsewhere(
    owner: Visitor, services: Services
) -> None:
    mail(services)
    response = owner.ask("GET", PAGE)
    text = response.get_data(as_text=True)
    assert "<p>Hi</p>" in text
    assert "shop.test" not in text
    assert f'src="/api/v1/files/{LOGO}?disposition=inline"' in text
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "img-src 'self' data:;" in policy
    assert "frame-ancestors 'self'" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_pictures_from_elsewhere_come_when_they_are_asked_for(
    owner: Visitor, services: Services
) -> None:
    mail(services)
    response = owner.ask("GET", f"{PAGE}?images=shown")
    assert 'src="https://shop.test/a.png?x=1&amp;y=2"' in response.get_data(as_text=True)
    assert "img-src 'self' data: https: http:;" in response.headers["Content-Security-Policy"]


def test_what_the_virus_check_holds_is_not_shown(owner: Visitor, services: Services) -> None:
    mail(services, attachments=[_logo(FileState.INFECTED)])
    assert "/files/" not in owner.ask("GET", PAGE).get_data(as_text=True)


def test_what_is_quoted_is_a_page_of_its_own(owner: Visitor, services: Services) -> None:
    mail(services, quoted_html="<p>before</p>")
    assert "<p>before</p>" in owner.ask("GET", f"{PAGE}?part=quoted").get_data(as_text=True)


@pytest.mark.parametrize("fields", [{"html": None}, {"erased": True}], ids=["plain text", "erased"])
def test_there_is_no_page_of_what_has_no_html(
    fields: dict[str, Any], owner: Visitor, services: Services
) -> None:
    mail(services, **fields)
    response = owner.ask("GET", PAGE)
    assert (response.status_code, problem(response)["code"]) == (404, "gateway.no_page")


def test_it_is_nobody_elses(owner: Visitor, services: Services) -> None:
    services.answers["inbox.get_message"] = NotFound("inbox.message_not_found", "none")
    assert owner.ask("GET", PAGE).status_code == 404


def test_what_is_asked_wrongly_is_named(owner: Visitor, services: Services) -> None:
    assert field_errors(owner.ask("GET", "/api/v1/messages/nothing/page")) == {"id": "Invalid UUID"}
    found = field_errors(owner.ask("GET", f"{PAGE}?images=all"))
    assert found == {"images": "must be one of blocked, shown"}


def test_an_address_cannot_leave_its_attribute() -> None:
    html = '<img alt="x" src="blocked:https://a.test/&quot; onerror=&quot;x">'
    shown = with_pictures(html, {}, Images.SHOWN)
    assert shown == '<img alt="x" src="https://a.test/&quot; onerror=&quot;x">'
    assert with_pictures(html, {}, Images.BLOCKED) == '<img alt="x">'
