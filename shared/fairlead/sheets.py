"""CSV as people have it: how a file is written, and its rows. The other way is `spreadsheet`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .errors import Invalid
from .spreadsheet import plain
from .store.search.folding import fold

LARGEST = 25 * 1024 * 1024  # bytes
MOST_ROWS = 500_000
LONGEST_CELL = 100_000
SAMPLES = 3
LOOKED_AT = 64 * 1024  # characters, to find the delimiter

Numbered = tuple[int, list[str]]
"""The line in which a row begins, and its cells."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, or what stands for one, and some of its values."""

    name: str
    samples: list[str]


@dataclass(frozen=True, slots=True)
class Guess:
    """How a file is probably written."""

    encoding: str
    delimiter: str
    header: bool
    rows: int
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class Sheets:
    """Reads files; `code` is that of the error where one cannot be read, at `file_id`."""

    code: str

    def unreadable(self, reason: str) -> Invalid:
        """The error for a file that cannot be read."""
        return Invalid.field(self.code, "file_id", reason)

    def decode(self, content: bytes, encoding: str | None = None) -> tuple[str, str]:
        """The text of a file and how it is encoded.

        Without an encoding it is UTF-8 or UTF-16 where it is that, and else Windows's western
        one, which anything can be.
        """
        if len(content) > LARGEST:
            raise self.unreadable(f"is larger than {LARGEST // 1024 // 1024} MB")
        guesses = [encoding] if encoding else ["utf-8-sig", "cp1252"]
        if encoding is None and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            guesses = ["utf-16"]
        for guess in guesses:
            try:
                text = content.decode("utf-8-sig" if guess.lower() == "utf-8" else guess)
            except (UnicodeDecodeError, LookupError):
                continue
            if "\0" not in text:
                return text, "utf-8" if guess == "utf-8-sig" else guess
        raise self.unreadable("is no text in this encoding")

    def guess(self, content: bytes) -> Guess:
        """How a file is probably written."""
        text, encoding = self.decode(content)
        delimiter = _delimiter(text)
        rows = self.read(text, delimiter)
        first = next(rows, None)
        if first is None:
            raise self.unreadable("has no rows")
        header = not any("@" in cell or sum(map(str.isdigit, cell)) > 5 for cell in first[1])
        names = first[1] if header else [f"Column {number + 1}" for number in range(len(first[1]))]
        samples: list[list[str]] = [[] for _ in names]
        count = 0 if header else 1
        for _, cells in rows:
            count += 1
            for kept, cell in zip(samples, cells, strict=False):
                if cell.strip() and len(kept) < SAMPLES:
                    kept.append(cell.strip()[:100])
        columns = [Column(name[:200], kept) for name, kept in zip(names, samples, strict=True)]
        return Guess(encoding, delimiter, header, count, columns)

    def read(self, text: str, delimiter: str) -> Iterator[Numbered]:
        """The rows that are not blank, each with the line it begins in (from 1).

        Invalid where a quotation has no end or there are too many rows.
        """
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
        line = 1
        try:
            for number, cells in enumerate(reader):
                if number > MOST_ROWS:
                    raise self.unreadable(f"has more than {MOST_ROWS} rows")
                read = [plain(cell) for cell in cells]
                if any(cell.strip() for cell in read):
                    yield line, read
                line = reader.line_num + 1
        except csv.Error as error:
            raise self.unreadable(f"line {line}: {error}") from None


def by_heading(words: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """What a column is by its folded heading, from the headings of each thing that it can be."""
    return {word: target for target, headings in words.items() for word in headings}


def target(name: str, known: Mapping[str, str]) -> str | None:
    """What a column with this heading is, of `by_heading`."""
    return known.get(bare(name))


def bare(heading: str) -> str:
    """A heading folded, in words."""
    return " ".join(fold(re.sub(r"[_\-.:/]+", " ", heading)).split())


def suggested(
    columns: Collection[str | None], targets: Collection[str], several: Collection[str] = ()
) -> list[str | None]:
    """The suggestions for columns one after the other, each once and only of `targets`."""
    seen: set[str] = set()
    made: list[str | None] = []
    for each in columns:
        fits = each in targets and (each not in seen or each in several)
        made.append(each if fits else None)
        seen |= {each} if each is not None else set()
    return made


def _delimiter(text: str) -> str:
    """The one that cuts the first line into most cells."""
    first = text[:LOOKED_AT].splitlines()[:1]
    return max(",;\t|", key=lambda each: sum(line.count(each) for line in first) or -1)
