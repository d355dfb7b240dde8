"""How each user hears of what: chosen by kind, with defaults for who never chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.accounts import NotificationChoice
from contracts.notifications import NotificationKind
from fairlead.errors import Invalid

# In the profile alone, unless a user wants more: they come in numbers, or can wait.
_QUIET = frozenset(
    {NotificationKind.TASK_DUE, NotificationKind.JOB_FINISHED, NotificationKind.REVIEW_RECEIVED}
)
# Who took over an account could else keep its owner from hearing of it.
ALWAYS = frozenset({NotificationKind.SECURITY_CHANGED})

Choices = Mapping[NotificationKind, NotificationChoice]


def default(kind: NotificationKind) -> NotificationChoice:
    """How a user hears of `kind` who never chose (mission D3: by email and in the profile)."""
    return NotificationChoice(kind=kind, profile=True, mail=kind not in _QUIET)


def whole(chosen: Iterable[NotificationChoice]) -> dict[NotificationKind, NotificationChoice]:
    """The choice for every kind; a kind that is newer than the choices has its default."""
    known = {each.kind: each for each in chosen}
    return {kind: known.get(kind, default(kind)) for kind in NotificationKind}


def check(chosen: list[NotificationChoice]) -> list[NotificationChoice]:
    """`chosen` when it can be kept; raises Invalid that names each wrong one."""
    problems: dict[str, str] = {}
    seen = set()
    for place, each in enumerate(chosen):
        if each.kind in seen:
            problems[f"choices[{place}].kind"] = "stands there twice"
        seen.add(each.kind)
        if each.kind in ALWAYS and not (each.profile and each.mail):
            problems[f"choices[{place}]"] = "cannot be switched off: it guards the account"
    if problems:
        raise Invalid.fields("accounts.invalid", problems)
    return chosen
