"""Opens and clicks: tokens, links, the pixel, and whether a person or a machine was there."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html as html_escaping
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import HMACAlgorithm

from .markup import Attribute, Token, text_of, tokens

LINK_LIMIT = 500  # links of one mail that are followed; further ones stay as they are
URL_LIMIT = 4_000

TRAP = 65_535  # the number of the link that nobody sees; LINK_LIMIT keeps others below it

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
"""The smallest transparent GIF that every reader takes: 43 bytes."""

_TOKEN = re.compile(r"[A-Za-z0-9_.-]{20,80}")
_SHOWS_URL = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_IS_HOST = re.compile(
    r"[^\s@/]{1,200}\.(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})(?::\d{1,5})?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_UNSAFE = re.compile('[\x00-\x20\x7f"<>\\\\^`{|}]')


class Tracker:
    """Makes and reads the tokens in tracking addresses: short, signed, without an end.

    They carry the delivery's id and the link's number and no address, so that no forged token
    redirects anybody. `secrets`, the newest last, lets old mails be followed after a change of
    key. Each kind has a salt of its own: an open's token opens no link.
    """

    def __init__(self, *secrets: str) -> None:
        if not secrets or not all(len(secret) >= 16 for secret in secrets):
            raise ValueError("a tracking secret has at least 16 characters")
        self._open, self._click, self._leave = (
            _signer(secrets, salt) for salt in ("email.open", "email.click", "email.unsubscribe")
        )

    def open_token(self, delivery: UUID) -> str:
        """For the pixel of one recipient's copy, 44 characters."""
        return self._open.sign(_text(delivery.bytes)).decode()

    def read_open(self, token: str) -> UUID | None:
        """The delivery whose pixel this is; None where the token is not ours."""
        read = _verified(self._open, token, 16)
        return None if read is None else UUID(bytes=read)

    def click_token(self, delivery: UUID, link: int) -> str:
        """For link number `link` (0 to 65535) of one recipient's copy, 47 characters."""
        return self._click.sign(_text(delivery.bytes + link.to_bytes(2))).decode()

    def read_click(self, token: str) -> tuple[UUID, int] | None:
        """The delivery and the link's number; None where the token is not ours."""
        read = _verified(self._click, token, 18)
        return None if read is None else (UUID(bytes=read[:16]), int.from_bytes(read[16:]))

    def unsubscribe_token(self, delivery: UUID) -> str:
        """For List-Unsubscribe (RFC 8058), 44 characters."""
        return self._leave.sign(_text(delivery.bytes)).decode()

    def read_unsubscribe(self, token: str) -> UUID | None:
        """The delivery whose recipient leaves; None where the token is not ours."""
        read = _verified(self._leave, token, 16)
        return None if read is None else UUID(bytes=read)


class _ShortHmac(HMACAlgorithm):
    """HMAC-SHA-256 cut to 128 bits, which RFC 2104 section 5 allows: addresses stay short."""

    def __init__(self) -> None:
        super().__init__(hashlib.sha256)

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:16]


def _signer(secrets: Sequence[str], salt: str) -> Signer:
    return Signer(list(secrets), salt=salt, digest_method=hashlib.sha256, algorithm=_ShortHmac())


def _text(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def _verified(signer: Signer, token: str, size: int) -> bytes | None:
    if not _TOKEN.fullmatch(token):
        return None
    try:
        payload = signer.unsign(token)
        value = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
    except (BadSignature, binascii.Error):
        return None
    return value if len(value) == size else None


def pixel_tag(url: str) -> str:
    """The picture that tells of an open; it belongs after everything else in the body."""
    return (
        f'<img src="{html_escaping.escape(url)}" alt="" width="1" height="1" border="0"'
        ' style="display:block;width:1px;height:1px;border:0">'
    )


def trap_tag(url: str) -> str:
    """A link that no reader shows and no screen reader speaks: who follows it is a machine."""
    return (
        f'<a href="{html_escaping.escape(url)}" rel="nofollow" data-no-track tabindex="-1"'
        ' aria-hidden="true" style="display:none"></a>'
    )


def rewrite_links(
    html: str, link_url: Callable[[int, str], str], *, untouched: Collection[str] = ()
) -> tuple[str, list[str]]:
    """The page with its links led through `link_url(number, url)`, and their targets by number.

    Only http(s) addresses of `a` and `area` are replaced; every other byte stays. A target is the
    address as a browser would read it, its query and fragment to the byte. Left alone are links
    marked `data-no-track`, those whose address or `rel` speaks of unsubscribing or stands in
    `untouched`, and those whose text shows a host: a filter that compares text and target would
    take the mail for phishing. Linear, never raises by itself.
    """
    pieces: list[str] = []
    targets: list[str] = []
    copied = 0
    for link, written in _links(html):
        target = _target(written)
        if target is None or target in untouched or _is_exempt(link, target):
            continue
        if len(targets) == LINK_LIMIT:
            break
        replacement = html_escaping.escape(link_url(len(targets), target))
        pieces += [html[copied : written.start], f'"{replacement}"']
        copied = written.end
        targets.append(target)
    return "".join(pieces) + html[copied:], targets


@dataclass(slots=True)
class _Link:
    token: Token
    text: str = ""


def _links(html: str) -> list[tuple[_Link, Attribute]]:
    found: list[tuple[_Link, Attribute]] = []
    current: _Link | None = None
    for token in tokens(html):
        if token.name in ("a", "area"):
            current = _Link(token) if token.kind == "start" else None
            href = next((each for each in token.attributes if each.name == "href"), None)
            if current is not None and href is not None:
                found.append((current, href))
            if token.name == "area":
                current = None
        elif current is not None and token.kind == "text" and len(current.text) < URL_LIMIT:
            current.text += text_of(html[token.start : min(token.end, token.start + URL_LIMIT)])
    return found


def _target(written: Attribute) -> str | None:
    # What a browser drops before it reads an address (WHATWG URL, basic parser).
    url = re.sub("[\t\n\r]", "", written.value.strip("\x00\t\n\f\r "))
    if not url.lower().startswith(("http://", "https://")) or len(url) > URL_LIMIT:
        return None
    if _UNSAFE.search(url):
        return None
    try:
        url.encode()
        return url if urlsplit(url).hostname else None
    except ValueError:
        return None


def _is_exempt(link: _Link, target: str) -> bool:
    if link.token.get("data-no-track") is not None:
        return True
    rel = (link.token.get("rel") or "").lower()
    if "unsubscribe" in rel or "unsubscribe" in target.lower():
        return True
    return bool(_SHOWS_URL.search(link.text) or _IS_HOST.fullmatch(link.text.strip()))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who was there: `reason` is one word for the record, empty for an ordinary person."""

    machine: bool
    reason: str


_PERSON = Verdict(machine=False, reason="")
_INSTANT_OPEN = 2.0  # seconds after the server took the mail
_INSTANT_CLICK = 10.0
_BURST_SPAN = 2.0
_BURST_LINKS = 3
_TRAP_SPAN = 10.0  # around a fall into the trap all clicks are the machine's
SETTLED_AFTER = 3.0  # seconds until a click is judged for good: a burst shows at its third link

# Proxies that fetch when a person opens: only the address and the place say nothing.
_PROXIES = (("GoogleImageProxy", "google_proxy"), ("YahooMailProxy", "yahoo_proxy"))
_ROBOT = re.compile(  # Cubot is a maker of phones
    r"(?<!cu)bot\b|crawl|spider|slurp|scan|preview|prefetch|headless|phantom|selenium|puppeteer"
    r"|\bcurl/|\bwget/|python-|aiohttp|httpx|okhttp|go-http-client|java/|libwww|axios/|node-fetch"
    r"|barracuda|proofpoint|mimecast|bitdefender|sophos|symantec|forcepoint|trendmicro|fireeye",
    re.IGNORECASE,
)


def judge_open(
    user_agent: str, seconds_since_sent: float, method: str = "GET", accept: str = ""
) -> Verdict:
    """Whether a person probably loaded the pixel.

    `seconds_since_sent` counts from the moment the server took the mail. Fetches from Microsoft's
    network are no sign: Outlook on the web loads its readers' pictures from there.
    """
    machine = _machine(user_agent, method)
    if machine is not None:
        return machine
    if seconds_since_sent < _INSTANT_OPEN:
        return Verdict(machine=True, reason="instant")
    for mark, reason in _PROXIES:
        if mark in user_agent:
            return Verdict(machine=False, reason=reason)
    if "image/" not in accept.lower() and "*/*" not in accept:
        return Verdict(machine=True, reason="no_image_wanted")
    return _PERSON


@dataclass(frozen=True, slots=True)
class Click:
    """Another click on the same copy of a mail: which link, how many seconds before, less than
    none for one that came after."""

    link: int
    seconds_ago: float


def judge_click(
    user_agent: str,
    seconds_since_sent: float,
    method: str = "GET",
    *,
    link: int,
    earlier: Sequence[Click] = (),
    opened: bool = False,
    scanner_network: bool = False,
) -> Verdict:
    """Whether a person probably followed link number `link`, which may be the TRAP.

    `opened`: a person's open is known. `scanner_network`: the request came from a network of mail
    filters. Microsoft's belong there for clicks: Safe Links checks from its own address and then
    sends the reader's browser on. That it was a person is sure only when what follows is known:
    see `judge_settled`.
    """
    if link == TRAP:
        return Verdict(machine=True, reason="honeypot")
    machine = _machine(user_agent, method)
    if machine is not None:
        return machine
    if scanner_network:
        return Verdict(machine=True, reason="scanner_network")
    among_others = judge_settled(link, earlier)
    if among_others.machine:
        return among_others
    if not opened and seconds_since_sent < _INSTANT_CLICK:
        return Verdict(machine=True, reason="instant")
    return _PERSON


def judge_settled(link: int, others: Sequence[Click]) -> Verdict:
    """What the other clicks on the same copy say of one on `link`, those after it too.

    A machine follows many links at once, the trap among them; the first of them looks like a
    person's until the next ones come.
    """
    if any(each.link == TRAP and abs(each.seconds_ago) <= _TRAP_SPAN for each in others):
        return Verdict(machine=True, reason="honeypot")
    near = [each for each in others if abs(each.seconds_ago) <= _BURST_SPAN]
    for begin in (0.0, *(each.seconds_ago for each in near if each.seconds_ago >= 0)):
        span = {each.link for each in near if begin - _BURST_SPAN <= each.seconds_ago <= begin}
        if len(span | {link}) >= _BURST_LINKS:
            return Verdict(machine=True, reason="burst")
    return _PERSON


def _machine(user_agent: str, method: str) -> Verdict | None:
    if method.upper() != "GET":
        return Verdict(machine=True, reason="method")
    said = user_agent.strip()
    if said == "Mozilla/5.0":  # nothing else in it: Apple's mail privacy proxy
        return Verdict(machine=True, reason="apple_proxy")
    if not said:
        return Verdict(machine=True, reason="no_user_agent")
    if _ROBOT.search(said[:1000]):
        return Verdict(machine=True, reason="robot")
    return None


__all__ = [
    "LINK_LIMIT",
    "PIXEL",
    "SETTLED_AFTER",
    "TRAP",
    "Click",
    "Tracker",
    "Verdict",
    "judge_click",
    "judge_open",
    "judge_settled",
    "pixel_tag",
    "rewrite_links",
    "trap_tag",
]
