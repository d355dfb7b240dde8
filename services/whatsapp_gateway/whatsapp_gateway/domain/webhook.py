"""What stands in a webhook of Meta's Cloud API: every entry, change, message and status of it.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components. Whatever it looks like,
reading it raises only where it is no JSON object at all: what has another form than was agreed on
becomes `Strange`, and the rest is read.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, Final

from contracts.channels import Amending, ChatGroup, DeliveryStatus
from contracts.whatsapp_gateway import TemplateState

from . import contents, fields
from .heard import (
    Amended,
    Fared,
    Heard,
    Joined,
    NumberFared,
    Said,
    Strange,
    TemplateFared,
    Who,
)

_STATUSES: Final = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}
_IGNORED: Final = frozenset({"deleted", "warning"})
_TEMPLATES: Final = {
    "APPROVED": TemplateState.APPROVED,
    "PENDING": TemplateState.PENDING,
    "IN_APPEAL": TemplateState.PENDING,
    "REJECTED": TemplateState.REJECTED,
    "PAUSED": TemplateState.PAUSED,
    "FLAGGED": TemplateState.APPROVED,
    "DISABLED": TemplateState.DISABLED,
    "PENDING_DELETION": TemplateState.DISABLED,
}
_STOPPED: Final = {
    "ACCOUNT_DELETED": "Meta deleted this account",
    "ACCOUNT_VIOLATION": "Meta found a breach of its rules",
    "DISABLED_UPDATE": "Meta disabled this account",
    "ACCOUNT_OFFBOARDED": "This number was taken away from the account",
    "PARTNER_REMOVED": "The account no longer lets us in",
}


def read(body: bytes, own: str, received_at: dt.datetime) -> list[Heard]:
    """What a webhook says about the number with the id `own`. Raises ValueError where it is no JSON
    object."""
    try:
        whole = json.loads(body)  # which also takes half a surrogate pair, as phones send them
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no JSON: {error}") from None
    if not isinstance(whole, dict):
        raise ValueError("is no JSON object")
    return list(_entries(whole, own, received_at))


def _entries(whole: dict[str, Any], own: str, received_at: dt.datetime) -> Iterator[Heard]:
    for entry in fields.records(whole, "entry"):
        for change in fields.records(entry, "changes"):
            try:
                yield from _change(change, own, received_at)
            except (ValueError, TypeError, OverflowError) as error:
                yield Strange(what=f"a change that cannot be read: {error}"[:500])


def _change(change: dict[str, Any], own: str, received_at: dt.datetime) -> Iterator[Heard]:
    field, value = fields.text(change, "field"), fields.record(change, "value")
    if field in ("messages", "smb_message_echoes", "message_echoes"):
        number = fields.text(fields.record(value, "metadata"), "phone_number_id")
        if number and own and number != own:
            return  # all numbers of an account tell one address; each is taken by its own
        yield from _messages(value, received_at)
    elif field == "message_template_status_update":
        yield _template(value, received_at)
    elif field == "account_update":
        yield _account(value, received_at)
    elif field == "user_id_update":
        yield from _renamed(value, received_at)
    else:
        yield Strange(what=f"news of {field or 'nothing'}"[:500])


def _messages(value: dict[str, Any], received_at: dt.datetime) -> Iterator[Heard]:
    people = _people(value)
    for kind, by_us in (("messages", False), ("message_echoes", True)):
        for message in fields.records(value, kind):
            try:
                yield from _message(message, people, received_at, by_us=by_us)
            except (ValueError, TypeError, OverflowError) as error:
                yield Strange(what=f"a message that cannot be read: {error}"[:500])
    for status in fields.records(value, "statuses"):
        try:
            yield _status(status, people, received_at)
        except (ValueError, TypeError, OverflowError) as error:
            yield Strange(what=f"a status that cannot be read: {error}"[:500])
    for fault in fields.records(value, "errors"):
        yield Strange(what=f"error {fault.get('code')}: {fields.text(fault, 'title')}"[:500])


def _people(value: dict[str, Any]) -> dict[str, Who]:
    """Who is who: by phone, and by business-scoped id."""
    found: dict[str, Who] = {}
    for each in fields.records(value, "contacts"):
        profile = fields.record(each, "profile")
        names = [
            fields.text(each, "wa_id"),
            fields.text(each, "user_id"),
            fields.text(each, "parent_user_id"),
        ]
        known = [name for name in names if name]
        if not known:
            continue
        name = fields.text(profile, "name") or fields.text(profile, "username")
        who = Who(address=known[0], also=known[1:], name=name[:200])
        found |= dict.fromkeys(known, who)
    return found


def _message(
    message: dict[str, Any], people: dict[str, Who], received_at: dt.datetime, *, by_us: bool
) -> Iterator[Heard]:
    id, kind = fields.text(message, "id"), fields.text(message, "type")
    if not id:
        raise ValueError("it has no id")
    at = fields.moment(message, received_at)
    who = _who(message, people, "to" if by_us else "from")
    group_id = fields.text(message, "group_id")
    chat = group_id or who.address
    if kind == "reaction":
        reaction = fields.record(message, "reaction")
        target = fields.text(reaction, "message_id")
        emoji = fields.text(reaction, "emoji")[:100]
        yield _amended(target, who, chat, at, Amending.REACTED, emoji, by_us=by_us)
        return
    if kind == "revoke":
        target = fields.text(fields.record(message, "revoke"), "original_message_id")
        yield _amended(target, who, chat, at, Amending.DELETED, "", by_us=by_us)
        return
    if kind == "edit":
        edit = fields.record(message, "edit")
        target, now = fields.text(edit, "original_message_id"), fields.record(edit, "message")
        yield _amended(target, who, chat, at, Amending.EDITED, contents.words(now), by_us=by_us)
        return
    if kind == "system":
        yield from _system(message, who, at)
        return
    context = fields.record(message, "context")
    defects = contents.defects(message, kind)
    yield Said(
        id=id[:500],
        who=who,
        at=at,
        chat=chat,
        text=contents.words(message),
        media=contents.media(message, kind),
        place=contents.place(fields.record(message, "location")) if kind == "location" else None,
        cards=[
            card for each in fields.records(message, "contacts") for card in contents.card(each)
        ],
        quotes=fields.text(context, "id")[:500] or None,
        group=ChatGroup(address=group_id[:320]) if group_id else None,
        by_us=by_us,
        defects=defects,
    )


def _amended(
    target: str, who: Who, chat: str, at: dt.datetime, kind: Amending, text: str, *, by_us: bool
) -> Amended:
    if not target:
        raise ValueError("it does not say which message it is about")
    return Amended(
        target=target[:500], who=who, chat=chat, at=at, kind=kind, text=text, by_us=by_us
    )


def _who(message: dict[str, Any], people: dict[str, Who], role: str) -> Who:
    phone, user = fields.text(message, role), fields.text(message, f"{role}_user_id")
    for name in (phone, user):
        if name in people:
            known = people[name]
            # A phone may have come with the message alone, and not with the list of contacts.
            others = [each for each in (known.address, *known.also, user) if each]
            also = list(dict.fromkeys(each for each in others if each != name))
            return Who(address=name, also=also, name=known.name)
    if not phone and not user:
        raise ValueError("it does not say who wrote")
    return Who(address=phone or user, also=[user] if phone and user else [])


def _system(message: dict[str, Any], who: Who, at: dt.datetime) -> Iterator[Heard]:
    system = fields.record(message, "system")
    kind = fields.text(system, "type")
    after = (
        fields.text(system, "wa_id")
        or fields.text(system, "new_wa_id")
        or fields.text(system, "user_id")
    )
    if kind in ("user_changed_number", "customer_changed_number", "user_changed_user_id") and after:
        yield Joined(addresses=[who.address, after], at=at, name=who.name, gone=True)
    elif kind not in ("customer_identity_changed", "user_identity_changed"):
        yield Strange(what=f"a note of the kind {kind}"[:500])


def _renamed(value: dict[str, Any], at: dt.datetime) -> Iterator[Heard]:
    before, after = fields.text(value, "old_user_id"), fields.text(value, "new_user_id")
    phone = fields.text(value, "wa_id")
    if before and after:
        yield Joined(addresses=[before, after, *([phone] if phone else [])], at=at, gone=True)
    else:
        yield Strange(what="a change of an id without the ids")


def _status(status: dict[str, Any], people: dict[str, Who], received_at: dt.datetime) -> Heard:
    id, word = fields.text(status, "id"), fields.text(status, "status")
    if word in _IGNORED:
        return Strange(what=f"the status {word}")
    if word not in _STATUSES or not id:
        raise ValueError(f"the status is “{word[:60]}”")
    address = fields.text(status, "recipient_id") or fields.text(status, "recipient_user_id")
    group = fields.text(status, "recipient_type") == "group"
    known = people.get(address)
    also = [
        fields.text(status, "recipient_user_id"),
        *((known.address, *known.also) if known else ()),
    ]
    errors = fields.records(status, "errors")
    first = errors[0] if errors else {}
    reason = fields.text(fields.record(first, "error_data"), "details") or fields.text(
        first, "title"
    )
    codes = [each["code"] for each in errors if isinstance(each.get("code"), int)]
    return Fared(
        id=id[:500],
        status=_STATUSES[word],
        at=fields.moment(status, received_at),
        ours=fields.text(status, "biz_opaque_callback_data")[:500] or None,
        address=address,
        also=[]
        if group
        else list(dict.fromkeys(each for each in also if each and each != address)),
        participant=fields.text(status, "recipient_participant_id") or None if group else None,
        code=str(codes[0]) if codes else None,
        reason=reason[:2000] or None,
        errors=codes[:10],
    )


def _template(value: dict[str, Any], at: dt.datetime) -> Heard:
    state = _TEMPLATES.get(fields.text(value, "event"))
    name, language = (
        fields.text(value, "message_template_name"),
        fields.text(value, "message_template_language"),
    )
    if state is None or not name:
        return Strange(what=f"a template that is {fields.text(value, 'event')[:60]}")
    info = fields.text(fields.record(value, "rejection_info"), "reason") or fields.text(
        value, "reason"
    )
    reason = None if info in ("", "NONE") else info[:2000]
    return TemplateFared(name=name, language=language, state=state, at=at, reason=reason)


def _account(value: dict[str, Any], at: dt.datetime) -> Heard:
    event = fields.text(value, "event")
    if event in _STOPPED:
        kind = fields.text(fields.record(value, "violation_info"), "violation_type")
        more = f" ({kind.lower()})" if kind else ""
        return NumberFared(at=at, reason=f"{_STOPPED[event]}{more}", stopped=True)
    if event == "ACCOUNT_RESTRICTION":
        ends = [
            each["expiration"]
            for each in fields.records(value, "restriction_info")
            if isinstance(each.get("expiration"), int)
        ]
        until = fields.instant(max(ends)) if ends else at + dt.timedelta(days=1)
        reason = "Meta restricts this account: it may write to nobody first"
        return NumberFared(at=at, reason=reason, paused_until=until or at)
    return Strange(what=f"news of the account: {event[:60]}")
