"""Words that stay as they were when the message was scheduled (mission A7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from contracts.inbox import Problem

from .composing import Composed

_OF_WORDS = frozenset({"subject", "text", "html", "template_id"})


class Frozen(msgspec.Struct, frozen=True):
    """The words for one recipient, by the address of the first of his group."""

    address: str
    subject: str
    html: str
    text: str


def freeze(composed: Sequence[Composed]) -> list[Frozen]:
    """The words of these messages."""
    return [
        Frozen(_address(message), message.subject, message.html, message.text)
        for message in composed
    ]


def thaw(composed: Sequence[Composed], frozen: Sequence[Frozen]) -> list[Composed]:
    """These messages with the words that were kept for them, so that nothing in the words is
    missing any more; a message to somebody else than then has a problem."""
    kept = {each.address: each for each in frozen}
    return [_with(message, kept.get(_address(message))) for message in composed]


def _with(message: Composed, words: Frozen | None) -> Composed:
    if words is None:
        other = Problem(field="to", reason="the words were kept for another recipient")
        return replace(message, problems=[*message.problems, other])
    problems = [each for each in message.problems if not _is_of_words(each)]
    return replace(
        message, subject=words.subject, html=words.html, text=words.text, problems=problems
    )


def _is_of_words(problem: Problem) -> bool:
    return problem.field in _OF_WORDS or problem.field.startswith("variables.")


def _address(message: Composed) -> str:
    return message.lead.mailbox.address.casefold() if message.lead else ""
