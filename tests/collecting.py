"""Collecting many tests quickly; a plugin of every test run."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

LEFT_OUT = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """In the first worker of `make test`, learn where to write what it leaves out."""
    if hasattr(config, "workerinput"):
        path = os.environ.pop("FAIRLEAD_TEST_LEFT_OUT", "")  # not for a pytest that a test starts
        if path and config.workerinput["workerid"] == "gw0":  # all leave out the same
            config.stash[LEFT_OUT] = path


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage, and never look at what was collected.

    Imports and tests are many hundred thousand objects, and none of them is garbage: looking at
    them again and again took a quarter of the time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Write down the files of those that a later stage of `make test` runs."""
    path = items[0].config.stash.get(LEFT_OUT, None) if items else None
    if path is not None:
        with Path(path).open("a", encoding="utf-8") as left_out:
            left_out.writelines(f"{item.path}\n" for item in items)
