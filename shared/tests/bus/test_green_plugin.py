"""Tests marked `green` run patched, and are reported as if they had run here."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import Pipe
from pathlib import Path

import pytest

from fairlead.testing.green import SOCKET

TESTS = """
import os
import eventlet
import pytest
from eventlet.patcher import is_monkey_patched

@pytest.fixture(scope="module")
def kept():
    yield os.getpid()

def test_plain():
    assert not is_monkey_patched("socket")

@pytest.mark.green
@pytest.mark.parametrize("number", [1, 2])
def test_patched(kept, number):
    assert is_monkey_patched("socket")
    print("said over there", kept == os.getpid())
    assert number == 1

@pytest.mark.green
def test_skipped():
    pytest.skip("for a reason")

@pytest.mark.green
@pytest.mark.xfail(strict=True)
def test_expected():
    raise ValueError

@pytest.mark.green
@pytest.mark.timeout(1)
def test_hangs():
    eventlet.Event().wait()

@pytest.mark.green
def test_dies():
    os._exit(3)

@pytest.mark.green
def test_after_the_death(kept):
    assert is_monkey_patched("socket")
"""


def _run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    given = ["-p", "fairlead.testing.green", "-p", "no:cacheprovider", "-rA", *options]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *given, str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )


def test_whose_other_process_was_killed_ends(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:pytest_nameko\n")
    ours, theirs = Pipe()
    with theirs:
        patched = subprocess.Popen(
            [sys.executable, "-m", "fairlead.testing.patched", "-p", "no:cacheprovider", "."],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                SOCKET: str(theirs.fileno()),
            },
            pass_fds=[theirs.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    ours.close()
    assert patched.wait(50) == pytest.ExitCode.INTERNAL_ERROR  # nobody to tell


def test_a_folder_that_ends_with_a_marked_test_is_left(tmp_path: Path) -> None:
    """What a test keeps for the next one of its folder goes when that ran over there."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    marked = "@pytest.mark.green\ndef test_marked():\n    pass\n"
    plain = "def test_plain():\n    pass\n"
    (tmp_path / "one" / "test_a.py").write_text(plain)
    (tmp_path / "one" / "test_b.py").write_text(f"import pytest\n\n{marked}")
    (tmp_path / "two" / "test_c.py").write_text(plain)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:pytest_nameko\n")
    done = _run(tmp_path)
    assert "3 passed" in done.stdout, done.stdout


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "in workers"])
def test_what_is_marked_runs_patched(tmp_path: Path, workers: list[str]) -> None:
    test = tmp_path / "test_both.py"
    test.write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:pytest_nameko\n")
    done = _run(tmp_path, *workers)
    results = [line.split() for line in done.stdout.splitlines() if "::test" in line]
    ends = {name.partition("::")[2]: end for end, name, *_ in results}
    told = done.stdout + done.stderr
    assert "said over there True" in told, told
    assert "Timeout (>1.0s)" in told
    assert "the patched process is gone: it ended" in told
    assert "for a reason" in told
    assert {name: end for name, end in ends.items() if end in {"PASSED", "FAILED", "XFAIL"}} == {
        "test_plain": "PASSED",
        "test_patched[1]": "PASSED",
        "test_patched[2]": "FAILED",
        "test_expected": "XFAIL",
        "test_hangs": "FAILED",
        "test_dies": "FAILED",
        "test_after_the_death": "PASSED",
    }, told
