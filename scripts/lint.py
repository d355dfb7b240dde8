"""All checks that run no code: style, format, types, imports, locks. `make lint`."""

from __future__ import annotations

import subprocess
import sys
import time

from scripts.uv import ROOT, VENV

TYPED = ("contracts", "shared/fairlead", "services", "scripts", "tests")


def checks() -> dict[str, list[str]]:
    """The commands by name, in the order they run."""
    python = [sys.executable, "-m"]
    mypy = [*python, "mypy", "--no-error-summary"]
    return {
        "style": [*python, "ruff", "check", "--quiet", "."],
        "format": [*python, "ruff", "format", "--check", "--quiet", "."],
        "types": [*mypy, "--exclude", "/tests/", *TYPED],
        # Each folder of tests by itself: their conftest modules all have one name.
        **{
            f"types of {folder}": [*mypy, folder]
            for folder in sorted(
                str(path.relative_to(ROOT))
                for pattern in ("tests", "shared/tests", "contracts/tests", "services/*/tests")
                for path in ROOT.glob(pattern)
                if any(path.rglob("*.py"))
            )
        },
        "imports": [str(VENV / "bin" / "lint-imports"), "--no-logo"],
        "locks": [*python, "scripts.lock", "--check"],
        "web client": [*python, "scripts.web", "types", "style"],
    }


def main() -> int:
    """Runs all of them, prints those that fail with what they say; 1 when one failed."""
    failed = []
    for name, command in checks().items():
        begun = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:32} {time.monotonic() - begun:5.1f} s  {verdict}", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main())
