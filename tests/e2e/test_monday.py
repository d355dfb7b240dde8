"""Monday morning: a long list comes in, and everybody works on while it is worked off.

2,300 contacts come in from a CSV, 41 rows are refused, each with its reason and a file to mend.
Two entries of one supplier are merged, and the merge is undone. An agent gets a proposal; it is
changed; his link says what changed; he accepts, and the trip is confirmed. A reminder to the driver
for Thursday 08:00 in his zone is moved to Friday, and withdrawn when the trip is cancelled. A guest
gets all that is known of her, and is forgotten; the trip's figures stay. Two agents see each other
in a conversation. The owner looks up who sent a price to whom.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.e2e import monday
from tests.e2e.client import Api, Stream, version, wait_for
from tests.e2e.correspondents import SandboxCorrespondent, click
from tests.e2e.worlds import embedded

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(300)]

PRICE, NEW_PRICE = 240_000, 228_050


def test_a_monday_morning(tmp_path: Path) -> None:
    with embedded(tmp_path) as up:
        roles = {each["role"]: each for each in up["users"]}

        def signed_in(role: str) -> Api:
            return Api(up["address"], roles[role]["email"], roles[role]["password"])

        with signed_in("owner") as owner, signed_in("user") as user:
            _contacts_come_in(user)
            _merge_and_part(user)
            guest = _contact(user, monday.GUESTS_MAIL)
            conversation = _propose(user, guest)
            _remind_the_driver(user)
            _meet(owner, user, conversation, roles)
            _export_and_forget(owner, guest)
            _who_sent_a_price(owner, roles["user"])


def _contacts_come_in(api: Api) -> None:
    file = api.upload("people.csv", monday.contacts())
    guess = wait_for(lambda: _inspected(api, file), "the file to be checked")
    plan = {"targets": [each["target"] for each in guess["columns"]], "tags": ["monday"]}
    assert plan["targets"] == ["name", "kind", "email", "phone", "zone", "tags"]

    rehearsed = _imported(api, file, plan, dry_run=True)
    assert (rehearsed["counts"]["created"], rehearsed["refused"]) == (monday.GOOD, monday.REFUSED)
    assert api.get("/contacts", tag="monday")["contacts"] == []

    done = _imported(api, file, plan)
    assert (done["state"], done["done"]) == ("done", monday.GOOD + monday.REFUSED)
    assert (done["counts"]["created"], done["refused"]) == (monday.GOOD, monday.REFUSED)
    refusals = api.job_file("contacts", done, "refusals")
    told = monday.told(refusals)
    assert [column for _, column, _ in told] == monday.refused()
    assert all(line and reason for line, _, reason in told)

    mended = api.upload("mended.csv", monday.mended(refusals))
    wait_for(lambda: _inspected(api, mended), "the mended file to be checked")
    again = _imported(api, mended, {"targets": [*plan["targets"], None, None, None]})
    assert (again["counts"]["created"], again["refused"]) == (monday.REFUSED, 0)


def _inspected(api: Api, file: Any) -> Any:
    response = api.http.post("/contacts/import/inspect", json={"file_id": file["id"]})
    assert response.is_success or response.json()["code"] == "files.waiting", response.text
    return response.json() if response.is_success else None


def _imported(api: Api, file: Any, plan: Any, *, dry_run: bool = False) -> Any:
    body = {"file_id": file["id"], "plan": plan, "dry_run": dry_run}
    return api.ended("contacts", api.post("/contacts/import", body))


def _contact(api: Api, address: str) -> Any:
    [found] = [
        each
        for each in api.get("/contacts", q=address)["contacts"]
        if any(identity["value"] == address for identity in each["identities"])
    ]
    return found


def _merge_and_part(api: Api) -> None:
    first, second = (_contact(api, address) for address in monday.SUPPLIERS_MAILS)
    [pair] = api.get("/contacts/duplicates", contact_id=first["id"])["duplicates"]
    assert {pair["first"]["id"], pair["second"]["id"]} == {first["id"], second["id"]}
    assert pair["reasons"] == ["same_mail"]

    path = f"/contacts/{first['id']}/merge"
    preview = api.post(f"{path}/preview", {"merged_id": second["id"]})
    body = {"merged_id": second["id"], "merged_version": second["version"]}
    merge = api.post(path, body, **version(first))
    assert merge["contact"]["tags"] == preview["result"]["tags"] == ["boats", "monday", "whales"]
    assert len(merge["contact"]["identities"]) == 3
    assert api.get(f"/contacts/{second['id']}")["id"] == first["id"], "he is met as the survivor"

    assert api.delete(f"/contacts/merges/{merge['id']}")["undone_at"]
    for before in (first, second):
        after = api.get(f"/contacts/{before['id']}")
        same = {"name", "tags", "kind", "company", "merged_into_id"}
        assert {each: after[each] for each in same} == {each: before[each] for each in same}
        assert [each["value"] for each in after["identities"]] == [
            each["value"] for each in before["identities"]
        ]


def _trip(api: Api, title: str, state: str, guest: Any = None) -> Any:
    start = _next(3, weeks=3)
    guests = [{"name": monday.GUEST, "contact_id": guest["id"], "lead": True}] if guest else []
    tour = {
        "kind": "tour",
        "name": "Whale watching",
        "date": str(start),
        "time": "09:30:00",
        "zone": monday.DRIVERS_ZONE,
        "pax": 2,
    }
    details = {
        "title": title,
        "start": str(start),
        "end": str(start + dt.timedelta(days=4)),
        "zone": monday.DRIVERS_ZONE,
        "guests": guests,
        "price": {"amount": PRICE, "currency": "EUR"},
    }
    return api.post("/itineraries", {"details": details, "state": state, "services": [tour]})


def _next(weekday: int, weeks: int) -> dt.date:
    """That day (Monday is 0) of some week from now on."""
    today = dt.datetime.now(dt.UTC).date()
    return today + dt.timedelta(days=(weekday - today.weekday()) % 7, weeks=weeks)


def _propose(api: Api, guest: Any) -> str:
    """Returns the conversation with the agent."""
    trip = _trip(api, "A week among whales", "inquiry", guest)
    offer = {"introduction": "Our offer", "total": {"amount": PRICE, "currency": "EUR"}}
    proposal = api.post(f"/itineraries/{trip['id']}/proposals", {"offer": offer})
    link = api.put(f"/proposals/{proposal['id']}/link", {}, **version(proposal))
    others = SandboxCorrespondent(api)
    _open_mailbox(api, monday.AGENT, "Dora Matos")
    draft = {
        "kind": "proposal",
        "itinerary_id": trip["id"],
        "to": [{"contact_id": _contact(api, monday.AGENT)["id"]}],
        "variables": {"proposal.url": link["url"]},
    }
    wait_for(lambda: _sendable(api, draft), "the inbox to know the trip and the agent")
    [sent] = api.send(draft)

    mail = others.arrived(monday.AGENT)
    page = click(mail)
    assert page.status_code == 200, page.text
    assert "€2,400.00" in page.text
    assert "What has changed" not in page.text

    offer |= {"introduction": "Less for you", "total": {"amount": NEW_PRICE, "currency": "EUR"}}
    seen = api.get(f"/proposals/{proposal['id']}")
    assert (seen["state"], seen["seen"]) == ("sent", 1)
    revised = api.put(f"/proposals/{proposal['id']}", {"offer": offer}, **version(seen))
    assert revised["number"] == 2
    page = click(mail)
    assert "What has changed" in page.text
    assert "<del>€2,400.00</del> <ins>€2,280.50</ins>" in page.text

    accepted = httpx.post(
        str(page.url),
        data={**_hidden(page.text), "answer": "accept", "name": "Dora Matos"},
        follow_redirects=True,
        timeout=30,
    )
    assert "You have accepted this proposal" in accepted.text
    confirmed = api.get(f"/itineraries/{trip['id']}")
    assert confirmed["state"] == "confirmed"
    assert confirmed["details"]["price"]["amount"] == NEW_PRICE
    answer = api.get(f"/proposals/{proposal['id']}")["answer"]
    assert (answer["accepted"], answer["number"], answer["name"]) == (True, 2, "Dora Matos")
    return str(sent["conversation_id"])


def _open_mailbox(api: Api, address: str, name: str) -> None:
    """In the sandbox a mailbox opens with the first mail of its owner."""
    to = api.get("/connections")[0]["details"]["address"]
    mail = {"sender": {"address": address, "name": name}, "to": to, "subject": "Hi", "text": "Hi"}
    api.post("/sandbox/mails", mail)


def _sendable(api: Api, draft: Any) -> Any:
    previews = api.post("/messages/preview", draft)
    return previews if previews and not any(each["problems"] for each in previews) else None


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def _remind_the_driver(api: Api) -> None:
    trip = _trip(api, "Whales for two", "confirmed")
    thursday = _next(3, weeks=1)
    draft = {
        "itinerary_id": trip["id"],
        "to": [{"contact_id": _contact(api, monday.DRIVER)["id"]}],
        "subject": "Your tour",
        "text": "Please be at the harbour at nine.",
        "send_at": {"local": _at_eight(thursday)},
    }
    wait_for(lambda: _sendable(api, draft), "the inbox to know the trip and the driver")
    reminder = api.send(draft)
    assert _leaves_at(reminder) == _eight_in_his_zone(thursday)
    assert reminder["zone"] == monday.DRIVERS_ZONE

    friday = thursday + dt.timedelta(days=1)
    path = f"/messages/{reminder['id']}"
    moved = api.patch(path, {"send_at": {"local": _at_eight(friday)}}, **version(reminder))
    assert _leaves_at(moved) == _eight_in_his_zone(friday)

    now = api.get(f"/itineraries/{trip['id']}")
    gone = {"state": "cancelled", "reason": "The boat is broken"}
    api.put(f"/itineraries/{trip['id']}/state", gone, **version(now))
    withdrawn = wait_for(
        lambda: found if (found := api.get(path))["state"] == "withdrawn" else None,
        "the reminder to be withdrawn",
    )
    assert withdrawn["reason"] == f"Trip {trip['reference']} was cancelled"
    assert [each["what"] for each in withdrawn["history"]] == ["scheduled", "moved", "withdrawn"]


def _at_eight(day: dt.date) -> dict[str, str]:
    return {"date": str(day), "time": "08:00:00", "zone": "recipient"}


def _eight_in_his_zone(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(8), ZoneInfo(monday.DRIVERS_ZONE))


def _leaves_at(scheduled: Any) -> dt.datetime:
    return dt.datetime.fromisoformat(scheduled["leaves_at"])


def _meet(owner: Api, user: Api, conversation: str, roles: Any) -> None:
    path = f"/conversations/{conversation}/presence"
    stream = Stream(user)
    try:
        assert owner.post(path, {"doing": "viewing"}) == []
        [seen] = user.post(path, {"doing": "typing"})
        assert (seen["user_name"], seen["doing"]) == (roles["owner"]["name"], "viewing")
        [seen] = owner.post(path, {"doing": "viewing"})
        assert (seen["user_name"], seen["doing"]) == (roles["user"]["name"], "typing")
        both = {roles["owner"]["name"], roles["user"]["name"]}
        wait_for(
            lambda: any(
                kind == "presence.changed"
                and {each["user_name"] for each in data["present"]} == both
                for _, kind, data in list(stream.events)
            ),
            "both to be seen in the open window",
        )
    finally:
        stream.close()


def _export_and_forget(owner: Api, guest: Any) -> None:
    welcome = {"to": [{"contact_id": guest["id"]}], "subject": "Welcome", "text": "The sea is calm"}
    wait_for(lambda: _sendable(owner, welcome), "the inbox to know the guest")
    owner.send(welcome)
    job = owner.ended("contacts", owner.post(f"/contacts/{guest['id']}/export", {}))
    assert job["state"] == "done", job
    with zipfile.ZipFile(io.BytesIO(owner.job_file("contacts", job, "result"))) as archive:
        said = archive.read("index.html").decode()
        assert {"contacts.json", "itineraries.json", "inbox.json"} <= set(archive.namelist())
    for known in (monday.GUEST, monday.GUESTS_MAIL, "A week among whales", "The sea is calm"):
        assert known in said

    job = owner.ended("contacts", owner.post(f"/contacts/{guest['id']}/erasure", {}))
    assert job["state"] == "done", job
    assert owner.get(f"/contacts/{guest['id']}")["erased"]
    assert owner.get("/contacts", q=monday.GUESTS_MAIL)["contacts"] == []
    assert owner.get("/itineraries", q=monday.GUEST)["itineraries"] == []
    [row] = owner.get("/itineraries", q="among whales")["itineraries"]
    trip = owner.http.get(f"/itineraries/{row['id']}")
    assert monday.GUEST not in trip.text
    assert trip.json()["details"]["price"] == {"amount": NEW_PRICE, "currency": "EUR"}
    assert trip.json()["state"] == "confirmed"


def _who_sent_a_price(owner: Api, user: Any) -> None:
    def found() -> Any:
        entries = owner.get("/audit", action="message.sent")["entries"]
        told = [each for each in entries if each["after"]]  # nothing of who was forgotten
        return next((each for each in told if monday.AGENT in each["after"]["to"]), None)

    entry = wait_for(found, "the proposal in the audit log")
    assert (entry["user_name"], entry["role"]) == (user["name"], "user")
    assert entry["after"]["kind"] == "proposal"
    assert entry["remote"] == "127.0.0.1"
