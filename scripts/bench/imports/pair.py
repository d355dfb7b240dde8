"""New contacts a second: the import's steps against the same rows inserted by hand, on SQLite."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

from fairlead.bus.outbox import Relay
from fairlead.context import acting, service_context
from fairlead.files import open_store
from fairlead.service import ServiceStore
from fairlead.store import Database
from fairlead.store.migrations import migrate

from ..ground import Ground
from ..lists.loading import ORGANISATION, NobodyToWake, go_through
from ..lists.people import an_import, list_of
from ..rounds import Ratio, alternate
from . import hand


def compare(ground: Ground, *, contacts: int, rounds: int) -> list[Ratio]:
    """So many new contacts in each round, into an empty database; then its rows into another."""
    with tempfile.TemporaryDirectory(dir=ground.folder, prefix="imports-") as name:
        trial = _Trial(Path(name), list_of(contacts), contacts)
        found = alternate({"ours": trial.ours, "hand": trial.by_hand}, rounds)
    ours, theirs = (statistics.median(costs[1:]) * 1e6 for costs in trial.costs.values())
    written = sum(len(rows) for tables in trial.made for rows in tables.values())
    return [
        Ratio(
            what="import of contacts",
            against="inserted by hand",
            unit="contacts/s",
            ours=found["ours"],
            theirs=found["hand"],
            reach=0.5,
            notes=(
                f"processor time of a contact: {ours:.0f} µs, against {theirs:.0f} µs",
                f"each is {written / contacts:.0f} rows",
            ),
        )
    ]


class _Trial:
    """Both sides. `made` is what ours wrote last, for the other side to write; `costs` are
    seconds of processor time for a contact, round by round."""

    def __init__(self, folder: Path, content: bytes, contacts: int) -> None:
        self._folder = folder
        self._content = content
        self._contacts = contacts
        self.made: list[hand.Rows] = []
        self.costs: dict[str, list[float]] = {"ours": [], "hand": []}

    def ours(self) -> float:
        """Contacts a second that the import takes in."""
        path = self._empty("ours")
        files = open_store(str(self._folder / "files"))
        with closing(Database(f"sqlite:///{path}", name="bench")) as database:
            store = ServiceStore(database, cast("Relay", NobodyToWake()))
            with acting(service_context(ORGANISATION)):
                importer, state = an_import(store, files, self._content)
                with self._counting("ours"):
                    rows, seconds = go_through(importer, store, state)
        self.made = hand.transactions(path)
        return rows / seconds

    def by_hand(self) -> float:
        """Contacts a second whose rows are inserted by hand."""
        path = self._empty("hand")
        begun = time.monotonic()
        with self._counting("hand"):
            hand.insert(path, self._content, self.made)
        return self._contacts / (time.monotonic() - begun)

    def _empty(self, name: str) -> Path:
        """A database of contacts without any."""
        path = self._folder / f"{name}.db"
        for each in self._folder.glob(f"{name}.db*"):
            each.unlink()
        with closing(Database(f"sqlite:///{path}", name="bench")) as database:
            migrate(database, "contacts")
        return path

    @contextmanager
    def _counting(self, side: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.costs[side].append((time.process_time() - begun) / self._contacts)
