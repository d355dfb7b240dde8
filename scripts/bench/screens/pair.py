"""What a person waits for in the browser, against what he is to wait at most."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from scripts import web
from scripts.browser import PACKAGES, drive, sandbox
from scripts.servers.install import install

from ..ground import Ground
from ..rounds import Ratio
from .filling import fill

USABLE = 2_000.0  # ms until the list can be used, nothing being in the browser's cache
FRAME = 1000 / 60 * 2  # ms of all frames but one in twenty: none or one is left out


class Scrolled(msgspec.Struct, frozen=True):
    """One way through a list: each frame in ms, tasks of more than 50 ms, and what was drawn."""

    frames: list[float]
    long_tasks: list[float]
    most_rows: int
    reached: int
    seconds: float

    @property
    def p95(self) -> float:
        """What all frames but one in twenty took at most."""
        return sorted(self.frames)[int(len(self.frames) * 0.95)]


class Measured(msgspec.Struct, frozen=True):
    """What the browser wrote down, round by round."""

    painted: list[float]
    usable: list[float]
    list_scrolled: list[Scrolled]
    thread_opened: list[float]
    thread_scrolled: list[Scrolled]


def compare(ground: Ground, *, conversations: int, messages: int, rounds: int) -> list[Ratio]:
    """The inbox opened and scrolled, and the long conversation, each `rounds` times.

    Raises scripts.browser.BrowserFailed where the browser could not do it.
    """
    install(PACKAGES)
    web.build()
    with (
        TemporaryDirectory(dir=ground.folder, prefix="screens-") as name,
        sandbox(Path(name) / "var") as up,
    ):
        long = fill(up.parent, conversations, messages)
        result = Path(name) / "measured.json"
        asked = {
            "conversation": str(long),
            "conversations": conversations,
            "messages": messages,
            "rounds": rounds,
        }
        drive(up, "--project=measured", MEASURE=json.dumps(asked), MEASURED=str(result))
        found = msgspec.json.decode(result.read_bytes(), type=Measured)
    return [
        _against("inbox usable, nothing cached", found.usable, "2 s", USABLE, (_paint(found),)),
        _against("a long conversation opened", found.thread_opened, "2 s", USABLE, (), None),
        _scrolling("list scrolled, p95 frame", found.list_scrolled),
        _scrolling("conversation scrolled, p95 frame", found.thread_scrolled),
    ]


def _against(
    what: str,
    ours: Sequence[float],
    against: str,
    most: float,
    notes: Sequence[str],
    reach: float | None = 1.0,
) -> Ratio:
    return Ratio(
        what=what,
        against=against,
        unit="ms",
        ours=ours,
        theirs=[most] * len(ours),
        reach=reach,
        most=True,
        notes=notes,
    )


def _scrolling(what: str, rounds: Sequence[Scrolled]) -> Ratio:
    notes = [
        f"{each.reached:,} rows in {each.seconds:.0f} s, {len(each.frames) / each.seconds:.0f} "
        f"frames/s, worst frame {max(each.frames):.0f} ms, {len(each.long_tasks)} long tasks"
        f" (worst {max(each.long_tasks, default=0):.0f} ms), at most {each.most_rows} rows drawn"
        for each in rounds
    ]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return _against(what, [x.p95 for x in rounds], "33 ms", FRAME, [*notes, f"load {load}"])


def _paint(found: Measured) -> str:
    middle = sorted(found.painted)[len(found.painted) // 2]
    return f"something is to be seen after {middle:.0f} ms"
