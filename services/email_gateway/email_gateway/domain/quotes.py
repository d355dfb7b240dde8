"""What a mail adds, apart from what it quotes."""

from dataclasses import dataclass
from typing import Final

from .html_quotes import HtmlReply, split_html
from .separators import (
    COLONS,
    attribution_start,
    begins_header_block,
    is_forward,
    is_original,
    is_quoted,
    is_rule,
)

__all__ = ["HtmlReply", "Reply", "has_quote", "split_html", "split_reply"]

# A person's answer begins on the first pages; below this many lines nothing is looked at.
MAX_LINES: Final = 20_000
# RFC 3676 4.3 gives a signature four lines; company ones have a dozen. Without the standard's
# trailing space "--" may be somebody's ornament, so less may hide below it.
MAX_SIGNATURE: Final = 25
MAX_BARE_SIGNATURE: Final = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """A text in two: what is new, and what is quoted or a signature, each in its order."""

    visible: str
    quoted: str


def split_reply(text: str) -> Reply:
    """Return `text` (LF line ends) parted into what the sender wrote and what is folded away.

    Every line is in one of the two. Whoever answers between the lines of the quote, or above and
    below it, is shown whole; so is a forwarded message, and a mail of which nothing would be left.
    Linear in the length of the text.
    """
    lines = text.split("\n")
    head_end = _unprefixed_quote(lines)
    if head_end is None:
        return Reply(_trimmed(text), "")
    folded = bytearray(len(lines))
    folded[head_end:] = b"\x01" * (len(lines) - head_end)
    _fold_prefixed_quote(lines, head_end, folded)
    visible = "\n".join(line for line, fold in zip(lines, folded, strict=True) if not fold)
    if not visible.strip():
        return Reply(_trimmed(text), "")
    quoted = "\n".join(line for line, fold in zip(lines, folded, strict=True) if fold)
    return Reply(_trimmed(visible), _trimmed(quoted))


def has_quote(text: str) -> bool:
    """Whether `text` quotes another message, folded or not; a forwarded one is no quote."""
    lines = text.split("\n")
    begin = _unprefixed_quote(lines)
    return begin is not None and (begin < len(lines) or any(map(is_quoted, lines)))


def _unprefixed_quote(lines: list[str]) -> int | None:
    """Return the line where a quote without `>` begins (Outlook) and goes to the end.

    The number of lines when there is none; None when a message is passed on before any.
    """
    for position, line in enumerate(lines[:MAX_LINES]):
        if is_quoted(line) or not line.strip():
            continue
        if is_forward(line):
            return None
        if is_original(line) or begins_header_block(lines, position):
            return _with_rules_above(lines, position)
        if line.rstrip().endswith(COLONS) and not _quote_follows(lines, position, len(lines)):
            start = attribution_start(lines, position, quote_follows=False)
            if start is not None:
                return start
    return len(lines)


def _with_rules_above(lines: list[str], position: int) -> int:
    """The dashes over a header block are a part of it."""
    start = position
    above = position - 1
    while above >= 0 and (not lines[above].strip() or is_rule(lines[above])):
        if lines[above].strip():
            start = above
        above -= 1
    return start


def _quote_follows(lines: list[str], position: int, end: int) -> bool:
    """Whether the next line before `end`, or the one after an empty one or two, is quoted."""
    for line in lines[position + 1 : min(position + 4, end)]:
        if line.strip():
            return is_quoted(line)
    return False


def _fold_prefixed_quote(lines: list[str], end: int, folded: bytearray) -> None:
    """Mark the quote with `>` and the signature in `lines[:end]`, where they may be folded."""
    quote = [is_quoted(line) for line in lines[:end]]
    for position in range(min(end, MAX_LINES)):
        if quote[position] or not lines[position].strip():
            continue
        if _quote_follows(lines, position, end):
            start = attribution_start(lines, position, quote_follows=True)
            for line in range(position + 1 if start is None else start, position + 1):
                quote[line] = True
    for line in _signature(lines, end, quote):
        folded[line] = 1
    if True not in quote:
        return
    top = quote.index(True)
    first = _with_rules_above(lines, top)
    last = end - 1 - quote[::-1].index(True)
    written = [
        position
        for position in range(end)
        if lines[position].strip() and not quote[position] and not folded[position]
    ]
    before = any(position < first for position in written[:1])
    between = any(top < position < last for position in written)
    after = any(position > last for position in written[-1:])
    if between or before == after:
        return
    folded[first : last + 1] = b"\x01" * (last + 1 - first)


def _signature(lines: list[str], end: int, quote: list[bool]) -> range:
    """The lines of the signature: from `-- ` (RFC 3676 4.3) to the quote or the end."""
    for position in range(end - 1, 0, -1):
        line = lines[position].rstrip("\r")
        if line not in ("-- ", "--") or quote[position]:
            continue
        stop = next((below for below in range(position, end) if quote[below]), end)
        size = sum(bool(below.strip()) for below in lines[position + 1 : stop])
        if size <= (MAX_SIGNATURE if line == "-- " else MAX_BARE_SIGNATURE):
            return range(position, stop)
        return range(0)
    return range(0)


def _trimmed(text: str) -> str:
    """Without empty lines at both ends; the first line keeps its indent."""
    lines = text.rstrip().split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(lines[first:])
