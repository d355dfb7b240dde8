"""One transaction after the other, where what each of them writes depends on what the others do not
see of it yet."""

from __future__ import annotations

from hashlib import blake2b

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def in_turn(session: Session, *what: object) -> None:
    """Wait until no other transaction that said the same is under way, and hold the turn until this
    one ends. `what` is named by its words: two things of which one may be the other's neighbour
    want names of their own.

    Two transactions that each look for the other's row, and write their own where there is none,
    both find nothing and both write: no row is there that one of them could have locked. SQLite has
    one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        name = "\0".join(str(each) for each in what).encode()
        key = int.from_bytes(blake2b(name, digest_size=8).digest(), signed=True)
        session.execute(select(func.pg_advisory_xact_lock(key)))
