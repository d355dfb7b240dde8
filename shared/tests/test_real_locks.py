"""A thread of the pool may take a library's lock that the loop or another thread has."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

TAKEN = """
    import fairlead.run
    import fairlead.store.identity
    import threading
    import babel.localedata, eventlet, jinja2.lexer, liquid, phonenumbers
    from eventlet import tpool
    from liquid.utils.lru_cache import ThreadSafeLRUCache
    from phonenumbers.phonemetadata import PhoneMetadata

    def pass_through(lock):
        with lock:
            return True

    locks = [
        fairlead.store.identity._lock,
        jinja2.lexer._lexer_cache._wlock,
        jinja2.utils.LRUCache(2)._wlock,
        ThreadSafeLRUCache(2)._lock,
        babel.localedata._cache_lock,
        PhoneMetadata._metadata_lock,
    ]
    for lock in locks:
        lock.acquire()
        waiting = eventlet.spawn(tpool.execute, pass_through, lock)
        eventlet.sleep(0.05)  # until the thread waits
        lock.release()
        with eventlet.Timeout(10):
            assert waiting.wait()
    assert type(threading.Lock()) is not type(locks[0]), "others wait in the loop"
    print("passed")
"""


@pytest.mark.timeout(60)
def test_a_thread_goes_on_when_the_lock_is_free_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", dedent(TAKEN)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "passed", done.stderr[-2000:]
