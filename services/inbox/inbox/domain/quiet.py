"""Quiet hours: marketing wakes nobody (organisation's setting, in the recipient's zone).

The quiet time of a day is a span between two moments in UTC, so that a clock which is put back
into it makes no second one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import phonenumbers
from phonenumbers import timezone

from contracts.accounts import QuietHours
from contracts.common import Channel
from contracts.consents import ConsentKind
from fairlead.local_time import find_zone, moment

from .composing import Composed
from .knowledge import Knowledge
from .moments import Moment
from .recipients import Party

_UNKNOWN = "Etc/Unknown"
_ROUNDS = 20  # zones that leave no common hour are given up then
_DAY = dt.timedelta(days=1)


def wait(
    channel: Channel, composed: Iterable[Composed], known: Knowledge, at: dt.datetime
) -> Moment | None:
    """When messages may leave that would leave at `at`; None where nothing keeps them until then.

    Only marketing waits, on the channels that the organisation has settled.
    """
    quiet = known.organisation.settings.quiet_hours if known.organisation else None
    if quiet is None or channel not in quiet.channels:
        return None
    marketing = [each for each in composed if ConsentKind.MARKETING in each.purposes]
    parties = [party for each in marketing for party in each.parties]
    zones = [zone for party in parties for zone in zones_of(party, channel, known.zone)]
    if not zones:
        return None
    awake = until(at, quiet, zones)
    return Moment(awake, zones[0]) if awake > at else None


def until(at: dt.datetime, quiet: QuietHours, zones: Sequence[str]) -> dt.datetime:
    """The first moment from `at` on at which it is quiet in none of `zones`.

    Where there is none within days, the first zone alone counts: a guess is better than never.
    """
    awake = at
    for _ in range(_ROUNDS):
        later = max(_ends(awake, quiet, zone) for zone in zones)
        if later == awake:
            return awake
        awake = later
    return until(at, quiet, zones[:1]) if len(zones) > 1 else awake


def zones_of(party: Party, channel: Channel, ours: str | None) -> list[str]:
    """Where somebody may be: his own zone, else those of his number's country, else ours."""
    if party.contact is not None and party.contact.zone is not None:
        return [party.contact.zone]
    found = [] if channel is Channel.EMAIL else _of_number(party.mailbox.address)
    return found or ([ours] if ours else [])


def _ends(at: dt.datetime, quiet: QuietHours, zone: str) -> dt.datetime:
    """When the quiet time ends that `at` is in; `at` where it is in none."""
    today = at.astimezone(find_zone(zone)).date()
    for day in (today - _DAY, today, today + _DAY):
        last = day if quiet.begins < quiet.ends else day + _DAY
        begins, ends = moment(day, quiet.begins, zone), moment(last, quiet.ends, zone)
        if begins <= at < ends:
            return ends
    return at


def _of_number(address: str) -> list[str]:
    if "@" in address or address[:1].isalpha():
        return []  # a hidden id, or a business-scoped one, whose digits are no phone's
    try:
        number = phonenumbers.parse(f"+{address.removeprefix('+')}")
    except phonenumbers.NumberParseException:
        return []
    return [each for each in timezone.time_zones_for_number(number) if each != _UNKNOWN]
