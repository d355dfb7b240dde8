"""Where a measured process spends its time: asked a thousand times a second of its processor time.

A statistical profile, because it works over greenlets and costs the same whatever runs; it counts
Python's functions, with what C did below each.
"""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

EVERY = 0.001  # seconds of processor time
LINES = 60


class Sampler:
    """Counts, from `start` on, which functions were running and from which they were called."""

    def __init__(self) -> None:
        self._samples = 0
        self._self: Counter[CodeType] = Counter()
        self._total: Counter[CodeType] = Counter()

    def start(self) -> None:
        """Begin to count, in the main thread; other threads' time is counted where it waits."""
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    def write(self, path: Path) -> None:
        """Stop, and write the functions with their shares, those first that took most."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        path.write_text(
            f"{self._samples} samples\n"
            + self._table("in the function itself", self._self)
            + self._table("with all that it called", self._total)
        )

    def _sample(self, number: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self._samples += 1
        self._self[frame.f_code] += 1
        seen: set[CodeType] = set()
        walked: FrameType | None = frame
        while walked is not None:
            seen.add(walked.f_code)
            walked = walked.f_back
        self._total.update(seen)

    def _table(self, title: str, counts: Counter[CodeType]) -> str:
        lines = [f"\n{title}\n"]
        for code, count in counts.most_common(LINES):
            place = "/".join(Path(code.co_filename).parts[-3:])
            share = 100 * count / self._samples
            lines.append(f"{share:6.1f} %  {code.co_qualname}  {place}:{code.co_firstlineno}\n")
        return "".join(lines)
