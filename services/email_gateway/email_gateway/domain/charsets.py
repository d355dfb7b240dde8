"""Bytes of a mail to text, whatever their label says."""

import codecs
from typing import Final

from charset_normalizer import from_bytes

# Labels that name another charset than Python thinks, or that Python does not know. The supersets
# are what Windows and webmail mean by the older name (WHATWG Encoding does the same).
ALIASES: Final = {
    "ansi": "cp1252",
    "ansi-x3.4-1968": "ascii",
    "big5": "big5hkscs",
    "chinesebig5": "big5hkscs",
    "cn-gb": "gb18030",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb-2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "ks-c-5601-1987": "cp949",
    "ks-c-5601": "cp949",
    "mac": "mac_roman",
    "mac-ce": "mac_latin2",
    "macintosh": "mac_roman",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "tis-620": "cp874",
    "unicode-1-1-utf-7": "utf_7",
    "utf8mb4": "utf_8",
    "win-1250": "cp1250",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-949": "cp949",
}

# A list of what is allowed, because Python also knows codecs that are not charsets: `punycode`
# and `idna` take quadratic time, `unicode_escape` runs escapes.
KNOWN: Final = frozenset(
    {"ascii", "utf-8", "utf-7", "utf-16", "utf-16-le", "utf-16-be"}
    | {"utf-32", "utf-32-le", "utf-32-be"}
    | {f"iso8859-{part}" for part in range(1, 17)}
    | {f"cp{page}" for page in range(1250, 1259)}
    | {f"cp{page}" for page in (437, 737, 775, 850, 852, 855, 857, 858, *range(860, 867), 869)}
    | {"cp874", "cp932", "cp949", "cp950", "koi8-r", "koi8-t", "koi8-u", "kz1048", "ptcp154"}
    | {"gb18030", "hz", "big5hkscs", "johab", "iso2022_kr", "iso2022_jp_ext", "iso2022_jp_1"}
    | {"iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "euc_jp", "euc_jis_2004"}
    | {"euc_jisx0213", "shift_jis_2004", "shift_jisx0213", "mac-roman", "mac-latin2"}
    | {"mac-cyrillic", "mac-greek", "mac-turkish", "mac-iceland", "mac-croatian", "mac-romanian"}
)

# ISO labels under which Windows text travels: bytes 0x80-0x9F are control characters in the one
# and letters in the other, and nobody writes control characters.
WINDOWS_TWINS: Final = {"iso8859-1": "cp1252", "iso8859-2": "cp1250", "iso8859-9": "cp1254"}
C1_BYTES: Final = bytes(range(0x80, 0xA0))

# The guesser tries dozens of codecs; 4 KB take it some milliseconds, and more teach it nothing.
GUESS_SAMPLE: Final = 4096
# Of fewer bytes the guess is a lottery; a name in a header is as short as that.
GUESS_MINIMUM: Final = 32
# A label longer than any charset's name is an attack or a mistake.
MAX_LABEL: Final = 60


def known_charset(label: str) -> str | None:
    """Return Python's name of the charset that `label` means, or None when it names none.

    Labels come with any case, `x-` before them, spaces, or a vendor's prefix (`iso-gb2312`).
    """
    name = label.strip(" \t\"'").casefold().replace("_", "-").replace(" ", "-")[:MAX_LABEL]
    words = name.split("-")
    for start in range(len(words)):
        candidate = "-".join(words[start:])
        found = _lookup(candidate)
        if found is not None:
            return found
    return None


def decode(data: bytes, label: str = "") -> str:
    """Return the text of `data`, which is said to be in the charset `label` ("" when it is not).

    Tried in order: what the label means, UTF-8, a guess, cp1250 with replacements. Never raises;
    every byte sequence gives a text.
    """
    charset = known_charset(label)
    if charset is not None and charset != "ascii":
        if charset in WINDOWS_TWINS and data.translate(None, C1_BYTES) != data:
            charset = WINDOWS_TWINS[charset]
        text = _strictly(data, charset)
        if text is not None:
            return text
    text = _strictly(data, "utf-8")
    if text is not None:
        return text
    if charset == "utf-8":
        return _mostly_utf8(data) or _guess(data)
    if charset is not None and charset != "ascii":
        # The label was right but for some bytes; a guess would lose the rest.
        return data.decode(charset, "replace")
    return _guess(data)


def repair(value: str, body_charset: str = "") -> str:
    """Return a header value whose raw 8-bit bytes (as surrogates) are read as letters.

    RFC 6532 makes UTF-8 legal there; older programs write the charset of the body, and around
    here cp1250.
    """
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    for charset in ("utf-8", known_charset(body_charset), "cp1250"):
        text = _strictly(data, charset) if charset else None
        if text is not None:
            return text
    return data.decode("cp1250", "replace")


def _lookup(name: str) -> str | None:
    try:
        python_name = codecs.lookup(ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        return None
    python_name = codecs.lookup(ALIASES.get(python_name.replace("_", "-"), python_name)).name
    return python_name if python_name in KNOWN else None


def _strictly(data: bytes, charset: str) -> str | None:
    try:
        text = data.decode(charset)
        text.encode("utf-8")  # UTF-7 lets half of a surrogate pair through; no store takes it
    except (UnicodeError, LookupError):
        return None
    return text


def _mostly_utf8(data: bytes) -> str | None:
    """Return UTF-8 with a few bad bytes (cut in the middle of a letter); None if it is not that."""
    text = data.decode("utf-8", "replace")
    foreign = sum(not character.isascii() for character in text)
    return text if text.count("\ufffd") * 4 <= foreign else None


def _guess(data: bytes) -> str:
    """Return the text in the charset that its bytes look like; cp1250 when they look like none."""
    best = from_bytes(data[:GUESS_SAMPLE]).best() if len(data) >= GUESS_MINIMUM else None
    if best is not None and best.encoding.replace("_", "-") not in ("ascii", "utf-8"):
        text = _strictly(data, best.encoding)
        if text is not None:
            return text
    return _strictly(data, "cp1250") or data.decode("cp1250", "replace")
