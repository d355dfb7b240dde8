"""Erasing a person as a job: every service is asked until none has anything of her any more.

The contact is closed first, so that nothing new is taken for hers. Then each service forgets her
step by step, and what it says is gone, the others forget their copies of. Events that were under
way may have brought something back meanwhile; so a further round follows, until one changes
nothing.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.accounts import Accounts
from contracts.contacts import ContactErased
from contracts.inbox import Inbox
from contracts.jobs import Job
from contracts.persons import Person, PersonErasure, PersonHolder
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.context import acting, current, service_context
from fairlead.erasing import ERASED_NAME
from fairlead.errors import Conflict
from fairlead.files import key_of
from fairlead.jobs.work import Effect, Progress
from fairlead.service import ServiceStore

from . import book, forgetting
from .forgetting import MOST_IDS
from .persons import person_of
from .store import persons as store

SETTLE_SECONDS = 1.0  # in which events that were under way when a round ended arrive
MOST_ROUNDS = 10
FILES_AT_ONCE: Final = 500


class ErasureState(msgspec.Struct):
    """How far an erasure is: which services are still to be asked in this round, from where on, and
    which are to be told of what is `gone`. `files` are hashes of contents to be removed: keys would
    count as held by this job. At the end nothing of it is left."""

    contact_id: UUID
    person: Person | None = None
    round: int = 0
    ask: list[str] = []
    cursor: str | None = None
    gone: list[UUID] = []
    tell: list[str] = []
    files: list[str] = []
    changed: int = 0  # in this round
    counts: dict[str, int] = {}


class Eraser:
    """The kind of job `erasure`. `holders` are the services that are asked, by name."""

    def __init__(
        self,
        service: ServiceStore,
        holders: Mapping[str, PersonHolder],
        accounts: Accounts,
        inbox: Inbox,
    ) -> None:
        self._service = service
        self._holders = holders
        self._accounts = accounts
        self._inbox = inbox

    def step(self, job: Job, state: ErasureState) -> Effect[ErasureState]:
        """The next step of one service, or of the whole."""
        if state.person is None:
            return self._begin(state)
        with acting(service_context(current().need_organisation())):
            if state.tell:
                return self._tell(state)
            if state.ask:
                return self._ask(state, state.person)
            if state.round < 2 or state.changed:
                return self._begin_round(state)
            if state.files:
                return self._discard(state)
        return lambda session: _finish(session, state)

    def _begin(self, state: ErasureState) -> Effect[ErasureState]:
        users = [user.name for user in self._accounts.list_users()]

        def effect(session: Session) -> Progress[ErasureState]:
            survivor = book.get(session, state.contact_id, lock=True)
            rows = store.united(session, survivor, lock=True)
            person = person_of(session, rows, users)
            _, files = forgetting.close(session, rows)
            ask = list(self._holders)
            return self._progress(
                state, person=person, round=1, ask=ask, gone=files, tell=ask if files else []
            )

        return effect

    def _begin_round(self, state: ErasureState) -> Effect[ErasureState]:
        if state.round >= MOST_ROUNDS:
            raise Conflict(
                "contacts.erasure_unfinished",
                "Something of this person keeps coming back; erase again when it has settled",
            )
        time.sleep(SETTLE_SECONDS)
        ask = list(self._holders)
        now = self._progress(state, round=state.round + 1, ask=ask, changed=0)
        return lambda session: now

    def _ask(self, state: ErasureState, person: Person) -> Effect[ErasureState]:
        [name, *others] = state.ask
        done = self._holders[name].erase_person(person=person, cursor=state.cursor)
        tell = [each for each in self._holders if each != name] if done.gone else []
        now = self._counted(
            state,
            name,
            done,
            ask=state.ask if done.cursor is not None else others,
            cursor=done.cursor,
            gone=done.gone,
            tell=tell,
        )
        return lambda session: now

    def _tell(self, state: ErasureState) -> Effect[ErasureState]:
        [name, *others] = state.tell
        some, rest = state.gone[:MOST_IDS], state.gone[MOST_IDS:]
        done = self._holders[name].forget_copies(ids=some)
        follow = others or (list(self._holders) if rest else [])
        now = self._counted(state, name, done, tell=follow, gone=state.gone if others else rest)
        return lambda session: now

    def _discard(self, state: ErasureState) -> Effect[ErasureState]:
        organisation = current().need_organisation()
        some = state.files[:FILES_AT_ONCE]
        self._inbox.discard_files(keys=[key_of(organisation, each) for each in some])
        now = self._progress(state, files=state.files[FILES_AT_ONCE:])
        return lambda session: now

    def _counted(
        self, state: ErasureState, name: str, done: PersonErasure, **changes: object
    ) -> Progress[ErasureState]:
        hashes = [key.partition("/")[2] for key in done.files]
        return self._progress(
            state,
            changed=state.changed + done.changed,
            counts={**state.counts, name: state.counts.get(name, 0) + done.changed},
            files=list(dict.fromkeys([*state.files, *hashes])),
            **changes,
        )

    def _progress(self, state: ErasureState, **changes: object) -> Progress[ErasureState]:
        now = msgspec.structs.replace(state, **changes)
        asked = len(self._holders) - len(now.ask)
        message = f"Round {now.round}: {asked} of {len(self._holders)} services have forgotten"
        return Progress(
            state=now, done=sum(now.counts.values()), counts=now.counts, message=message
        )


def _finish(session: Session, state: ErasureState) -> Progress[ErasureState]:
    """All is gone; so is now what the job knew of her."""
    ids = state.person.contact_ids if state.person else []
    at = dt.datetime.now(dt.UTC)
    publish(session, ContactErased(contact_id=state.contact_id, contact_ids=ids, at=at))
    record(
        session,
        "contact.erased",
        entity="contact",
        id=state.contact_id,
        label=ERASED_NAME,
        after=state.counts,
    )
    total = sum(state.counts.values())
    return Progress(
        state=ErasureState(contact_id=state.contact_id),
        done=total,
        total=total,
        counts=state.counts,
        finished=True,
    )
