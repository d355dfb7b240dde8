"""One run from the start of the servers to the report."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from scripts.chaos import census, world
from scripts.chaos.answering import Incoming
from scripts.chaos.census import Census
from scripts.chaos.chats import ChatCensus
from scripts.chaos.chatting import Chatting
from scripts.chaos.killing import Killer
from scripts.chaos.linked import GATEWAY
from scripts.chaos.plan import Plan
from scripts.chaos.quota import Quota
from scripts.chaos.report import FINAL, Report, judge
from scripts.chaos.sending import Outgoing
from scripts.chaos.texting import TextCensus, Texting
from scripts.chaos.world import World
from scripts.servers.graph import Graph, graph
from scripts.servers.mail import MailServer
from scripts.servers.message_centre import MessageCentre
from scripts.servers.whatsapp.server import StandIn, whatsapp
from scripts.stack import Stack, StackError
from tests.e2e.client import Api
from tests.e2e.worlds import OWNER, PASSWORD, real

LOOK_SECONDS = 2.0
BRIEFLY = 30.0  # for quiet, where a promise is broken already


class Run:
    """Mail, texts and chats in both directions through a running stack, while `plan` is carried
    out on it."""

    def __init__(
        self,
        plan: Plan,
        stack: Stack,
        mail: MailServer,
        texting: Texting,
        chatting: Chatting,
        api: Api,
        say: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._stack = stack
        self._mail = mail
        self._api = api
        self._say = say
        self._world: World = world.build(api, mail, plan.trips)
        self._texting = texting
        self._chatting = chatting
        mails, answers = Quota(plan.mails), Quota(plan.answers)
        self._quotas = [mails, answers, *texting.quotas, *chatting.quotas]
        self._texts = TextCensus()
        self._chats = ChatCensus()
        self._outgoing = Outgoing(api, self._world, mails)
        self._incoming = Incoming(mail, self._world, answers, plan.seed)
        self._killer = Killer(stack, api, self._outgoing, self._quotas, plan.mails, chatting.device)

    def report(self) -> Report:
        """Send, kill, wait until all is quiet, and count."""
        troubles: list[str] = []
        begun = time.monotonic()
        with self._chatting.networks():
            found = self._counted(troubles)
        seconds = time.monotonic() - begun
        troubles += self._outgoing.refused
        troubles += self._texting.posting.refused + self._chatting.refused
        troubles += [
            f"{name} ended by itself"
            for name, process in self._stack.processes.items()
            if process.poll() is not None
        ]
        return judge(
            found,
            planned=self._plan.mails,
            sent=self._outgoing.sent,
            answers=self._incoming.taken,
            killed=self._killer.killed,
            repeated=dict(self._outgoing.repeated),
            troubles=troubles,
            seconds=seconds,
            texts=self._texting.report(self._texts),
            chats=self._chatting.report(self._chats),
        )

    def _counted(self, troubles: list[str]) -> Census:
        """Send and kill, and count when all is quiet; what goes wrong is added to `troubles`."""
        with self._sending():
            try:
                self._killer.run(self._plan.kills(), self._say)
            except (StackError, AssertionError) as error:
                troubles.append(str(error))
                self._close()
        self._say(f"{len(self._outgoing.sent)} mails and {len(self._incoming.taken)} answers sent")
        found, noise = self._wait_for_quiet(BRIEFLY if troubles else self._plan.quiet_seconds)
        troubles += [noise] if noise else []
        return found

    @contextlib.contextmanager
    def _sending(self) -> Iterator[None]:
        """Runs the senders; leaves when they have sent all, or the quotas are closed."""
        with ThreadPoolExecutor(self._plan.senders + 5) as pool:
            running: list[Future[None]] = [
                *(pool.submit(self._outgoing.run) for _ in range(self._plan.senders)),
                pool.submit(self._incoming.run),
                pool.submit(self._texting.posting.run),
                pool.submit(self._texting.answer),
                pool.submit(self._chatting.posting.run),
                pool.submit(self._chatting.write),
            ]
            try:
                yield
            except BaseException:
                self._close()
                raise
            for each in running:
                each.result()

    def _close(self) -> None:
        for quota in self._quotas:
            quota.close()

    def _wait_for_quiet(self, seconds: float) -> tuple[Census, str | None]:
        """Count until everything is where it belongs; with what is wrong if it never is."""
        until = time.monotonic() + seconds
        told = ""
        while True:
            try:
                found = census.count(self._stack, self._api, self._mail, self._world)
                self._texts = self._texting.census()
                self._chats = self._chatting.census()
            except AssertionError as error:
                return census.count_copies(self._mail, self._world), str(error)
            missing = self._missing(found)
            if not missing:
                return found, None
            if time.monotonic() > until:
                return found, f"not quiet {seconds:g} s after the last mail: {missing}"
            if missing != told:
                self._say(f"waiting: {missing}")
                told = missing
            time.sleep(LOOK_SECONDS)

    def _missing(self, found: Census) -> str:
        """What has still to happen, in words; empty when all is quiet."""
        sent = [each.number for each in self._outgoing.sent]
        taken = [each.number for each in self._incoming.taken]
        unsettled = (
            any(delivery["status"] not in FINAL for delivery in found.deliveries(number))
            for number in sent
        )
        counts = {
            "mails not arrived": sum(not found.copies[number] for number in sent),
            "mails without a final status": sum(unsettled),
            "answers not seen": sum(not found.answers[number] for number in taken),
            **self._texting.missing(self._texts),
            **self._chatting.missing(self._chats),
            **{f"events {name}": "unknown" if n is None else n for name, n in found.left.items()},
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count != 0)


def run(plan: Plan, folder: Path, say: Callable[[str], None]) -> Report:
    """Start everything below `folder`, do as `plan` says, stop it again."""
    with (
        MailServer(folder / "mail") as mail,
        MessageCentre(folder / "centre") as centre,
        graph() as meta_side,
        whatsapp(folder / "whatsapp") as standin,
        real(
            folder / "stack",
            mail,
            runners={GATEWAY: "scripts.servers.whatsapp_gateway"},
            **_settings(folder, meta_side, standin),
        ) as stack,
        Api(stack.address, OWNER, PASSWORD) as api,
    ):
        if stack.rabbitmq is None or stack.postgresql is None:
            raise StackError(
                "chaos kills no servers of others: unset FAIRLEAD_AMQP_URI, FAIRLEAD_DATABASE_URL"
            )
        say(f"ready on {stack.address}; logs in {stack.folder}")
        texting = Texting(api, centre, Quota(plan.texts), Quota(plan.words))
        quotas = Quota(plan.chats), Quota(plan.remarks)
        chatting = Chatting(api, stack, meta_side, standin, *quotas, plan.seed)
        return Run(plan, stack, mail, texting, chatting, api, say).report()


def _settings(folder: Path, meta_side: Graph, standin: StandIn) -> dict[str, str]:
    """By what the services reach the message centre and the stand-ins for WhatsApp."""
    return {
        "FAIRLEAD_SMS_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_OUTBOUND_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_WHATSAPP_GRAPH_URL": meta_side.url,
        "FAIRLEAD_WHATSAPP_LINKED_FOLDER": str(folder / "linked"),
        "FAIRLEAD_WHATSAPP_LINKED_PROXY": standin.proxy,
        **standin.environment,
    }
