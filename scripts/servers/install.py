"""Installs the Debian packages that the private servers come from.

Run as root it installs what is missing and prints what; without root it says in one line what is
missing and how to get it. No service of a package is started or left running by it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

NEEDED = (
    "rabbitmq-server",
    "postgresql",
    "postfix",
    "dovecot-imapd",
    "dovecot-lmtpd",
    "dovecot-sieve",
    "kannel-extras",
)

POLICY = Path("/usr/sbin/policy-rc.d")
LOCK_SECONDS = 300


class MissingPackages(Exception):
    """Packages are missing and cannot be installed from here; the message says how to get them."""


def missing(packages: Sequence[str]) -> list[str]:
    """Those of `packages` that are not installed, in the order given."""
    return [name for name in packages if not _installed(name)]


def install(packages: Sequence[str]) -> list[str]:
    """Installs those of `packages` that are missing and returns their names.

    Raises MissingPackages when that needs root, or apt, or apt fails.
    """
    wanted = missing(packages)
    if not wanted:
        return []
    remedy = f"apt-get install {' '.join(wanted)}"
    if shutil.which("apt-get") is None:
        raise MissingPackages(f"missing: {', '.join(wanted)} (Debian's names); install them first")
    if os.geteuid() != 0:
        raise MissingPackages(f"missing: {', '.join(wanted)}; get them with: sudo {remedy}")
    print(f"installing with apt: {', '.join(wanted)}", flush=True)
    with _services_stay_off():
        _apt("update")
        _apt("install", "--yes", "--no-install-recommends", *wanted)
    return wanted


def _installed(package: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return shutil.which(package) is not None
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    found = subprocess.run(query, capture_output=True, text=True, check=False)
    return found.stdout == "installed"


def _apt(*arguments: str) -> None:
    """Runs apt-get, waiting for another apt that holds a lock; raises MissingPackages."""
    command = ["apt-get", "--quiet", "--option", f"DPkg::Lock::Timeout={LOCK_SECONDS}", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        # DPkg::Lock::Timeout does not cover the lock on the package lists.
        if "Could not get lock" not in done.stderr or time.monotonic() > deadline:
            lines = done.stderr.strip().splitlines()[-5:]
            raise MissingPackages(f"{' '.join(command)} failed:\n" + "\n".join(lines))
        time.sleep(1)


@contextlib.contextmanager
def _services_stay_off() -> Iterator[None]:
    """Debian starts a package's service on installation unless policy-rc.d answers 101."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def main(arguments: Sequence[str]) -> int:
    """Installs the packages named, or all that the tests use; 1 and one line when it cannot."""
    try:
        installed = install(arguments or NEEDED)
    except MissingPackages as error:
        print(error, file=sys.stderr)
        return 1
    print(f"installed: {', '.join(installed) or 'nothing, all there'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
