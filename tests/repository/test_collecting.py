"""What one stage of `make test` leaves to the next is written down: nothing is forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.uv import ROOT

SETTINGS = "[pytest]\nmarkers =\n    slow: runs later\n"
NOW = "import os\n\ndef test_now():\n    assert 'FAIRLEAD_TEST_LEFT_OUT' not in os.environ\n"
LATER = "import pytest\n\n@pytest.mark.slow\ndef test_later():\n    pass\n"


def test_the_files_of_what_is_left_out_are_written_down(tmp_path: Path) -> None:
    files = {"pytest.ini": SETTINGS, "test_now.py": NOW, "test_later.py": LATER}
    for name, text in {**files, "test_both.py": NOW + LATER}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    written = tmp_path / "left-out"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment = {
        "PYTHONPATH": str(ROOT),
        "FAIRLEAD_TEST_LEFT_OUT": str(written),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-p", "xdist.plugin", "-p", "tests.collecting"]
    done = subprocess.run(
        [*command, "--numprocesses=2", "--dist=loadfile", "-m", "not slow"],
        cwd=tmp_path,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    found = {Path(line).name for line in written.read_text(encoding="utf-8").splitlines()}
    assert found == {"test_later.py", "test_both.py"}
