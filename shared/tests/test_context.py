"""Who asks: within a block, in a greenlet or thread, and on the wire."""

from __future__ import annotations

import threading
from uuid import uuid4

import msgspec
import pytest

from fairlead.context import NOBODY, Context, Role, acting, current, service_context
from fairlead.errors import Unauthenticated

SOMEBODY = Context(
    role=Role.SUPERVISOR,
    organisation=uuid4(),
    user=uuid4(),
    user_name="Maria",
    request="request-7",
    trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    remote="192.0.2.7",
    scopes=("read", "send"),
)


def test_outside_of_everything_nobody_asks() -> None:
    assert current() is NOBODY
    assert (NOBODY.role, NOBODY.organisation) == (Role.NOBODY, None)


def test_blocks_nest_and_end_whatever_happens() -> None:
    inner = service_context(SOMEBODY.organisation, request="request-8")

    def break_off() -> None:
        with acting(inner):
            assert current() is inner
            raise ZeroDivisionError

    with acting(SOMEBODY):
        with pytest.raises(ZeroDivisionError):
            break_off()
        assert current() is SOMEBODY
    assert current() is NOBODY


def test_another_thread_has_another_context() -> None:
    seen = []
    with acting(SOMEBODY):
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
    assert seen == [NOBODY]


def test_it_travels_whole() -> None:
    assert msgspec.json.decode(msgspec.json.encode(SOMEBODY), type=Context) == SOMEBODY
    assert msgspec.json.encode(NOBODY) == b"{}"


@pytest.mark.parametrize("body", [b'{"role":"emperor"}', b'{"organisation":"7"}', b'{"user":1}'])
def test_a_wrong_one_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Context)


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        SOMEBODY.role = Role.OWNER  # type: ignore[misc]


def test_an_organisation_is_demanded_where_it_is_needed() -> None:
    assert SOMEBODY.need_organisation() == SOMEBODY.organisation
    with pytest.raises(Unauthenticated):
        NOBODY.need_organisation()
    with pytest.raises(Unauthenticated):
        service_context(None).need_organisation()
    assert service_context(None).role is Role.SERVICE


def test_within_a_call_scopes_limit_nothing_and_the_rest_stays() -> None:
    within = SOMEBODY.within()
    assert within.scopes is None
    assert msgspec.structs.replace(within, scopes=SOMEBODY.scopes) == SOMEBODY
    assert within.within() is within
