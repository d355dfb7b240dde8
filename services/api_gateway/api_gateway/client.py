"""The files of the web client, as they were built.

The build (services/web) puts a compressed copy beside each file, and a hash of the content into the
name of each file below assets/: those may be kept for ever, the rest is asked for again.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

INSIDE = Path(__file__).with_name("client")
"""Where an image has the built client."""

PAGE = "index.html"
ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the better one first


@dataclass(frozen=True)
class Asset:
    """A file of the client: its content as it is, and compressed."""

    content_type: str
    forms: dict[str, bytes]  # by encoding; as it is under ""
    forever: bool


class Client:
    """The client's files below `folder`, read when they are first asked for, and then kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """The files by their path; none where the client is not built."""
        return {
            path.relative_to(self._folder).as_posix(): _read(path, self._folder)
            for path in self._folder.rglob("*")
            if path.is_file() and path.suffix not in ENCODINGS.values()
        }

    @property
    def page(self) -> str | None:
        """The page, with the place for a nonce; None where the client is not built."""
        asset = self.assets.get(PAGE)
        return None if asset is None else asset.forms[""].decode()


def _read(path: Path, folder: Path) -> Asset:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind == "application/javascript":
        kind += "; charset=utf-8"
    forms = {"": path.read_bytes()}
    for encoding, suffix in ENCODINGS.items():
        packed = path.with_name(path.name + suffix)
        if packed.exists():
            forms[encoding] = packed.read_bytes()
    return Asset(kind, forms, path.relative_to(folder).parts[0] == "assets")
