"""All tests: `make test`. Sets up what they need, runs them in stages, sums them up.

What follows is given to pytest in each stage: `make test ARGS="-k threading"`.

The tests have real servers and little time on two cores. The few that failed are run once more, one
after the other on the quiet machine. Whoever passes then is named as unsteady, to be mended: that
does not fail the run, unless there are more of them than chance explains.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts import browser, setup, web
from scripts.chart_tools import MissingTools
from scripts.chart_tools import install as install_chart_tools
from scripts.servers import node
from scripts.servers.install import NEEDED, MissingPackages, install
from scripts.servers.node import NoNode
from scripts.servers.postgresql import PostgreSQL
from scripts.servers.rabbitmq import RabbitMQ
from scripts.servers.server import ServerError
from scripts.uv import PYTHON, ROOT

TESTS_FAILED, NO_TESTS_COLLECTED = 1, 5
# One more than there are cores: while one test waits for its servers, another computes.
WORKERS = min(os.cpu_count() or 1, 4) + 1
MOST_UNSTEADY = 5
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3  # noqa: S108 - made there is a folder of our own
LEFT_OUT = "left-out"
LONGEST = "/tests/web/"
FAILED_BEFORE = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"  # kept by pytest


@dataclass
class Stage:
    """A part of the tests that runs as one pytest, and how it went."""

    name: str
    marks: str
    options: tuple[str, ...]
    files: Sequence[str] = ()  # where its tests stand, if that is known
    code: int = -1  # pytest's
    seconds: float = 0
    counts: Counter[str] = field(default_factory=Counter)


def stages() -> tuple[Stage, Stage]:
    """The tests that share servers, and then those that run whole systems of their own."""
    # A file's tests stay together: some start servers or services of their own for all of them.
    # Files go in the order of `testpaths`, not by their number of tests: that is the long ones
    # first, so that the workers end at one time.
    by_file = ("--dist=loadfile", "--no-loadscope-reorder")
    return (
        Stage(
            "together",
            "not slow and not chaos and not browser",
            (f"--numprocesses={WORKERS}", *by_file),
        ),
        # They wait for a dozen processes most of the time.
        Stage("heavy", "slow or chaos or browser", ("--numprocesses=2", *by_file)),
    )


def main(arguments: list[str]) -> int:
    """Runs every stage, also after one failed; 1 when a test failed or none ran."""
    begun = time.monotonic()
    if setup.main(["dev"]) != 0:
        return 1
    try:
        install((*NEEDED, *browser.PACKAGES))
        node.install()
        node.install_inside(web.WEB)
        install_chart_tools()
    except (MissingPackages, NoNode, MissingTools) as error:
        print(error, file=sys.stderr)
        return 1
    together, heavy = stages()
    again = Stage("again", "", ("--last-failed", "--last-failed-no-failures=none"))
    unsteady: list[str] = []
    FAILED_BEFORE.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="fairlead-", dir=_quick_place()) as name:
        folder = Path(name)
        folder.chmod(0o711)  # the servers' system users pass through, and see nothing
        try:
            with _servers(folder):
                _run(together, folder, arguments)
                heavy.files = _left_out(folder)
                _run(heavy, folder, arguments)
                failed = _failed()
                if 0 < len(failed) <= MOST_UNSTEADY:
                    _run(again, folder, arguments)
                    unsteady = sorted(failed - _failed())
        except ServerError as error:
            print(error, file=sys.stderr)
    return _sum_up([together, heavy], unsteady, time.monotonic() - begun)


def _quick_place() -> Path | None:
    """Where files lie in memory, if there is room: None is the usual place.

    Each of some thousand databases is written through to the disk when it is made and when it is
    closed, which takes longer than most tests, and no test is about a loss of power.
    """
    try:
        room = os.statvfs(MEMORY)
    except OSError:
        return None
    runs_programs = not room.f_flag & os.ST_NOEXEC  # some tests write one
    return MEMORY if runs_programs and room.f_bavail * room.f_frsize >= ROOM else None


@contextlib.contextmanager
def _servers(folder: Path) -> Iterator[None]:
    """Runs the broker and the database that the tests share (tests/servers/fixtures.py)."""
    broker = RabbitMQ(folder / "rabbitmq")
    database = PostgreSQL(folder / "postgresql", durable=False)
    try:
        with ThreadPoolExecutor() as both:
            for started in [both.submit(broker.start), both.submit(database.start)]:
                started.result()
        yield
    finally:
        broker.kill()
        database.kill()


def _run(stage: Stage, folder: Path, arguments: list[str]) -> None:
    print(f"\n{stage.name}:", flush=True)
    report = folder / f"{stage.name}.xml"
    marks = ("-m", stage.marks) if stage.marks else ()
    command = [str(PYTHON), "-m", "pytest", "--quiet", *marks, *stage.options, *stage.files]
    environment = {
        **os.environ,
        "FAIRLEAD_TEST_SERVERS": str(folder),
        "FAIRLEAD_TEST_LEFT_OUT": str(folder / LEFT_OUT),
        "TMPDIR": str(folder),
    }
    # The workers, and some hundred processes of services, compile what the first of them did not
    # write down: a fifth of a second each.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.monotonic()
    done = subprocess.run(
        [*command, f"--junit-xml={report}", *arguments], cwd=ROOT, env=environment, check=False
    )
    stage.seconds = time.monotonic() - begun
    stage.code = done.returncode
    if report.exists():
        stage.counts = _counts(report)


def _left_out(folder: Path) -> list[str]:
    """The files of the tests that were collected and not run (tests/collecting.py writes it), so
    that the next stage need not collect everything to find a few. Empty when none were.

    The browser's come first: they are one long file, beside which the others fit.
    """
    path = folder / LEFT_OUT
    files = set(path.read_text().splitlines()) if path.exists() else set()
    return sorted(files, key=lambda file: (LONGEST not in file, file))


def _counts(report: Path) -> Counter[str]:
    """How many tests came to which end, in pytest's words."""
    suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest wrote it
    assert suite is not None  # for the type checker: pytest always writes one
    tests, failed, errors, skipped = (
        int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
    )
    passed = tests - failed - errors - skipped
    return Counter(failed=failed, passed=passed, skipped=skipped, errors=errors)


def _failed() -> set[str]:
    """The tests that failed when they were last run."""
    return set(json.loads(FAILED_BEFORE.read_text())) if FAILED_BEFORE.exists() else set()


def _sum_up(plan: list[Stage], unsteady: list[str], seconds: float) -> int:
    """Prints what each stage did and closes with a line as pytest's own."""
    total: Counter[str] = Counter()
    print()
    for stage in plan:
        total += stage.counts
        verdict = "ok" if stage.code in (0, NO_TESTS_COLLECTED) else "FAILED"
        print(f"{stage.name:8} {stage.seconds:6.1f} s  {_words(stage.counts):40} {verdict}")
    for name in unsteady:
        print(f"unsteady, passed by itself: {name}")
    total += Counter(passed=len(unsteady), failed=-len(unsteady))
    line = f" {_words(total)} in {seconds:.2f}s "
    print(line.center(shutil.get_terminal_size().columns, "="), flush=True)
    good = {0, NO_TESTS_COLLECTED} | ({TESTS_FAILED} if unsteady and not _failed() else set())
    return 0 if total["passed"] and all(stage.code in good for stage in plan) else 1


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "no tests ran"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
