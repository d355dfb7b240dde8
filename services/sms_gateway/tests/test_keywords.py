"""One word stops, and only one word."""

from __future__ import annotations

import pytest

from sms_gateway.domain.keywords import Wish, wish


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Stop!", "«Arrêt»", "OPT-OUT", "unsubscribe"])
def test_stop(text: str) -> None:
    assert wish(text) is Wish.STOP


@pytest.mark.parametrize(
    ("text", "wanted"), [("START", Wish.START), ("yes", Wish.START), ("help?", Wish.HELP)]
)
def test_other_wishes(text: str, wanted: Wish) -> None:
    assert wish(text) is wanted


@pytest.mark.parametrize(
    "text", ["Please stop at gate 3", "stop it", "no", "", "…", "st op", "stop " * 40]
)
def test_no_wish(text: str) -> None:
    assert wish(text) is None


def test_words_of_an_organisation() -> None:
    assert wish("Zrušit", ["zrušit"]) is Wish.STOP
    assert wish("zrusit", ["zrušit"]) is Wish.STOP
    assert wish("zrušit") is None
