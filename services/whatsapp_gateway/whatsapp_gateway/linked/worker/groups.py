"""Groups, and who is on WhatsApp."""

from __future__ import annotations

from typing import Any

from neonize.utils.enum import ParticipantChange

from ..protocol.commands import (
    ChangeParticipants,
    CreateGroup,
    DescribeGroup,
    Find,
    LeaveGroup,
    Once,
    RenameGroup,
)
from ..protocol.events import Admission, Done, Found, Group, Outcome, Participant
from .incoming import LID, PHONE, address
from .outgoing import jid

# Settings of his, or that he left not long ago: only an invitation brings him in.
_INVITE = (403, 408)
_ALREADY = 409


def done(client: Any, command: Once) -> Done:
    """Carry out a command that is no message. Raises what the client raises."""
    match command:
        case CreateGroup():
            made = client.create_group(command.subject, [jid(a) for a in command.participants])
            group = _described(client, made, of_change=Admission.ADDED)
        case ChangeParticipants():
            group = _changed(client, command)
        case RenameGroup():
            client.set_group_name(jid(command.group), command.subject)
            group = Group(command.group, command.subject, [])
        case LeaveGroup():
            client.leave_group(jid(command.group))
            group = Group(command.group, "", [])
        case DescribeGroup():
            group = _described(client, client.get_group_info(jid(command.group)))
        case Find():
            return Done(command.id, Outcome.DONE, found=_found(client, command.phones))
        case _:
            raise TypeError(f"{type(command).__name__} is not carried out here")
    return Done(command.id, Outcome.DONE, group=group, chat=group.address)


def _found(client: Any, phones: list[str]) -> list[Found]:
    answers = {a.Query.lstrip("+"): a for a in client.is_on_whatsapp(*phones)}
    found = []
    for phone in phones:
        answer = answers.get(phone.lstrip("+"))
        known = answer if answer is not None and answer.IsIn else None
        found.append(Found(phone, address(known.JID) if known is not None else None))
    return found


def _changed(client: Any, command: ChangeParticipants) -> Group:
    change = ParticipantChange.REMOVE if command.remove else ParticipantChange.ADD
    outcome = Admission.REMOVED if command.remove else Admission.ADDED
    wanted = [jid(a) for a in command.participants]
    answers = client.update_group_participants(jid(command.group), wanted, change)
    participants = [_participant(each, outcome) for each in answers]
    return _invited(client, Group(command.group, "", participants))


def _described(client: Any, info: Any, of_change: Admission | None = None) -> Group:
    own = client.get_me().JID.User
    participants = [_participant(each, of_change) for each in info.Participants]
    # Whoever makes a group is in it and was not put there.
    others = [p for p in participants if of_change is None or not p.phone.startswith(f"{own}@")]
    return _invited(client, Group(address(info.JID), info.GroupName.Name, others))


def _invited(client: Any, group: Group) -> Group:
    if not any(p.admission is Admission.INVITE for p in group.participants):
        return group
    link = client.get_group_invite_link(jid(group.address))
    return Group(group.address, group.subject, group.participants, invitation=link)


def _participant(answer: Any, outcome: Admission | None) -> Participant:
    addresses = {
        each.Server: address(each) for each in (answer.JID, answer.LID, answer.PhoneNumber)
    }
    if outcome is not None and answer.Error and answer.Error != _ALREADY:
        outcome = Admission.INVITE if answer.Error in _INVITE else Admission.REFUSED
    return Participant(
        address=address(answer.JID),
        phone=addresses.get(PHONE, ""),
        lid=addresses.get(LID, ""),
        admin=answer.IsAdmin or answer.IsSuperAdmin,
        admission=outcome,
        code=answer.Error,
    )
