"""The words that somebody is known by, found however they are written, and taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

ERASED_NAME: Final = "Erased person"
ERASED_ADDRESS: Final = "erased"

_PHONE = re.compile(r"\+?\d[\d\s().\-/]{5,}")
# How a sign of a name or address may be written: as HTML, in the address of a link.
_WRITTEN = {
    "'": r"(?:['’]|&#39;|&#x27;|&apos;)",
    "’": r"(?:['’]|&#39;|&#x27;|&apos;)",
    "&": r"(?:&|&amp;)",
    '"': r'(?:\\?"|&quot;|&#34;)',
    "@": r"(?:@|%40|&#64;)",
    "+": r"(?:\+|%2[Bb])",
}
_BLANK = r"(?:\s|&nbsp;|\\n|\\t)+"
_BETWEEN_DIGITS = r"[\s().\-/]*"
_LIKE_ITSELF = re.compile(r"[A-Za-z0-9.\-]")


class Traces:
    """Names, mail addresses and phone numbers; a name is found as whole words in any case, a number
    however its digits are grouped."""

    def __init__(self, words: Iterable[str]) -> None:
        # The longest first: of "Ana Costa" within "Ana Costa Reis" nothing may be left.
        found = sorted({word.strip() for word in words} - {""}, key=lambda each: (-len(each), each))
        self._patterns = [
            (re.compile(_pattern(word), re.IGNORECASE), _kind(word)) for word in found
        ]
        self.like: Final = tuple(dict.fromkeys(_like(word) for word in found))

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def found_in(self, text: str) -> bool:
        """Whether one of the words stands in it."""
        return any(pattern.search(text) for pattern, _ in self._patterns)

    def without(self, value: Any) -> Any:
        """A text, or the texts within a plain value, with others in the place of the words."""
        if isinstance(value, str):
            for pattern, other in self._patterns:
                value = pattern.sub(other, value)
            return value
        if isinstance(value, dict):
            return {self.without(key): self.without(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.without(each) for each in value]
        return self._without_bytes(value) if isinstance(value, bytes) else value

    def _without_bytes(self, content: bytes) -> bytes:
        text: str = self.without(content.decode("utf-8", "surrogateescape"))
        return text.encode("utf-8", "surrogateescape")


def _kind(word: str) -> str:
    return ERASED_ADDRESS if "@" in word or _PHONE.fullmatch(word) else ERASED_NAME


def _pattern(word: str) -> str:
    if _PHONE.fullmatch(word):
        digits = re.findall(r"\d", word)
        return rf"(?<!\d)(?:\+|00|%2[Bb])?{_BETWEEN_DIGITS.join(digits)}(?!\d)"
    written = _BLANK.join("".join(map(_sign, part)) for part in word.split())
    return rf"(?<![^\W_]){written}(?![^\W_])"


def _sign(sign: str) -> str:
    return _WRITTEN.get(sign) or re.escape(sign)


def _like(word: str) -> str:
    """A pattern for LIKE that finds at least all of it. Only ASCII is compared: databases fold no
    more of it alike."""
    if _PHONE.fullmatch(word):
        signs = re.findall(r"\d", word)
        return f"%{'%'.join(signs)}%"
    loose = "".join(sign if _LIKE_ITSELF.match(sign) else "%" for sign in word)
    return re.sub("%+", "%", f"%{loose}%").lower()
