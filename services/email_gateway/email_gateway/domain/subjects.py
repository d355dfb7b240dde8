"""Subjects: what is left of one without the prefixes that answering and forwarding add."""

import re
from typing import Final

# A subject is under 1000 characters; each prefix has at least two.
MAX_PREFIXES: Final = 100
MAX_TAGS: Final = 10

ANSWER_PREFIXES: Final = frozenset(
    {"re", "aw", "sv", "vs", "odp", "ang", "antw", "antwort", "ant", "rif", "r", "res", "resp"}
    | {"rv", "odg", "svar", "bls", "ynt", "yan", "odpověď", "odpoveď", "odpoved", "отв", "ответ"}
    | {"від", "відп", "απ", "σχετ", "vá", "válasz", "回复", "回覆", "答复", "答覆", "返信", "회신"}
)
FORWARD_PREFIXES: Final = frozenset(
    {"fw", "fwd", "wg", "tr", "enc", "vb", "i", "fs", "vl", "pd", "továbbítás", "przek", "přep"}
    | {"preposlané", "přeposlané", "proslj", "doorst", "ilt", "πρθ", "пер", "пересл"}
    | {"转发", "轉寄", "転送", "전달"}
)
# Some webmails and forms put the field's own name before the subject, now and then twice.
FIELD_PREFIXES: Final = frozenset(
    ["předmět", "predmet", "subject", "betreff", "temat", "objet", "asunto"]
)

_PREFIX: Final = re.compile(
    r"\s*(?:\[external\]\s*|\[ext\]\s*)?([^\W\d_][\w-]{0,14})\.?\s?"
    r"(?:[\[(^*]\d{1,3}[\])]?|\d{1,2})?\s?[:\uff1a]",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"\[#\s?([A-Za-z0-9][A-Za-z0-9/_.-]{0,39})\]")
_SPACE: Final = re.compile(r"\s+")


def normalise_subject(subject: str) -> str:
    """Return `subject` case-folded and without the prefixes of answers and forwards.

    Knows them in some twenty languages, numbered ("Re[2]:", "RE(3):"), repeated, and with a tag of
    ours before them. Two subjects of one thread are equal afterwards.
    """
    return _SPACE.sub(" ", _without_prefixes(_TAG.sub(" ", subject))).strip().casefold()


def is_answer(subject: str) -> bool:
    """Whether the first prefix says that this is an answer."""
    return _first_prefix(subject) in ANSWER_PREFIXES


def is_forward(subject: str) -> bool:
    """Whether the first prefix says that this passes something on."""
    return _first_prefix(subject) in FORWARD_PREFIXES


def subject_tags(subject: str) -> tuple[str, ...]:
    """The references that a subject carries as `[#2026-118]`, in order."""
    return tuple(dict.fromkeys(_TAG.findall(subject)))[:MAX_TAGS]


def _first_prefix(subject: str) -> str:
    found = _PREFIX.match(_TAG.sub(" ", subject))
    return found[1].casefold() if found else ""


def _without_prefixes(subject: str) -> str:
    rest = subject
    for _ in range(MAX_PREFIXES):
        found = _PREFIX.match(rest)
        if found is None:
            return rest
        word = found[1].casefold()
        if word not in ANSWER_PREFIXES | FORWARD_PREFIXES | FIELD_PREFIXES:
            return rest
        rest = rest[found.end() :]
    return rest
