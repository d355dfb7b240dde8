"""The web client in a real browser: a sandbox to run against, and Playwright to drive Chromium.

    python -m scripts.browser screenshots     every screen, into var/screenshots
    python -m scripts.browser test [NAME…]    the tests of services/web/e2e

Playwright's own runner in TypeScript, and not its Python: the tests lie beside the client and share
its types, Debian's Chromium is all that is installed, and its event loop stays out of our process,
which eventlet has made green.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts import web
from scripts.servers import node
from scripts.servers.install import MissingPackages, install
from scripts.servers.ports import free_ports
from scripts.uv import PYTHON, ROOT

PACKAGES = ("chromium", "fonts-roboto", "fonts-noto-color-emoji")
CHROMIUM = "/usr/bin/chromium"
SCREENSHOTS = ROOT / "var" / "screenshots"
READY_SECONDS = 300.0
STOP_SECONDS = 30.0


class BrowserFailed(Exception):
    """The sandbox did not start, or the browser found something; the message says what."""


@contextmanager
def sandbox(folder: Path) -> Iterator[Path]:
    """`make up` with data of its own below `folder`, on a free port; the path of its up.json.

    Raises BrowserFailed with what it said where it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = str(free_ports(1)[0])
    environment = {
        **os.environ,
        "FAIRLEAD_VAR": str(folder),
        "FAIRLEAD_PORT": port,
        # Windows of many tests come from one address.
        "FAIRLEAD_REQUESTS_PER_SECOND": "1000",
        # A test is the system that is told of what happens, and has the calendar that is fetched.
        "FAIRLEAD_OUTBOUND_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_WEBHOOKS_PLAIN_HTTP": "yes",
    }
    up, log = folder / "up.json", folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(PYTHON), "-W", "ignore", "-m", "scripts.up"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            until = time.monotonic() + READY_SECONDS
            while not up.exists():
                if process.poll() is not None or time.monotonic() > until:
                    raise BrowserFailed(f"it did not come up:\n{log.read_text(errors='replace')}")
                time.sleep(0.1)
            yield up
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def drive(up: Path, *arguments: str, **environment: str) -> str:
    """Run Playwright against the sandbox of `up`; returns what it printed. Raises BrowserFailed."""
    try:
        return node.run(
            web.WEB, "@playwright/test/cli.js", "test", *arguments,
            # Each run begins by emptying its folder, in which another one may be under way.
            f"--output=node_modules/.cache/playwright/{os.getpid()}",
            FAIRLEAD_UP=str(up), FAIRLEAD_CHROMIUM=CHROMIUM, NO_COLOR="1", FORCE_COLOR="0",
            **environment,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise BrowserFailed(f"{error.stdout}{error.stderr}") from None


def outcomes(up: Path, specs: Sequence[str]) -> dict[str, list[str]]:
    """Run these files of tests in one browser; returns for each what failed in it, in words.

    Raises BrowserFailed where there is no report.
    """
    report = up.with_name("report.json")
    report.unlink(missing_ok=True)
    said = ""
    try:
        drive(
            up, "--project=tests", "--reporter=json", *specs,
            PLAYWRIGHT_JSON_OUTPUT_NAME=str(report),
        )  # fmt: skip
    except BrowserFailed as error:
        said = str(error)
    if not report.exists():
        raise BrowserFailed(said)
    found = json.loads(report.read_text(encoding="utf-8"))
    if found["errors"]:
        raise BrowserFailed("\n".join(each["message"] for each in found["errors"]))
    files = {suite["file"]: list(_failures(suite)) for suite in found["suites"]}
    if missing := set(specs) - files.keys():
        raise BrowserFailed(f"no tests were run in {', '.join(sorted(missing))}")
    return files


def _failures(suite: dict[str, Any]) -> Iterator[str]:
    """What failed in a part of a report of Playwright's, with the names above it."""
    for inner in suite.get("suites", ()):
        yield from _failures(inner)
    for spec in suite["specs"]:
        if not spec["ok"]:
            results = [result for test in spec["tests"] for result in test["results"]]
            errors = [error.get("message", "") for each in results for error in each["errors"]]
            yield "\n".join([f"{suite['file']}:{spec['line']}: {spec['title']}", *errors])


def main(arguments: list[str]) -> int:
    """Takes the pictures, or runs the tests that are named, or all."""
    wanted, *names = arguments or ["test"]
    try:
        install(PACKAGES)
        web.build()
        with (
            tempfile.TemporaryDirectory(prefix="fairlead-browser-") as name,
            sandbox(Path(name)) as up,
        ):
            world = json.loads(up.read_text(encoding="utf-8"))
            print(f"running at {world['address']}", flush=True)
            if wanted == "screenshots":
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                print(drive(up, "--project=pictures", *names, SCREENSHOTS=str(SCREENSHOTS)))
                print(f"written to {SCREENSHOTS}")
            else:
                print(drive(up, "--project=tests", *names))
    except (MissingPackages, node.NoNode, web.BuildFailed, BrowserFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
