"""`python -m scripts.chaos`: a run by hand; exit code 1 when a promise is broken."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import sys
from pathlib import Path

from scripts.chaos.plan import VICTIMS, Plan
from scripts.chaos.run import run
from scripts.servers.server import ServerError
from scripts.stack import StackError


def parse(arguments: list[str]) -> tuple[Plan, Path]:
    """The plan and the folder that the command line asks for."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m scripts.chaos", description=__doc__)
    parser.add_argument("--mails", type=int, default=usual.mails)
    parser.add_argument("--answers", type=int, default=usual.answers)
    parser.add_argument("--texts", type=int, default=usual.texts)
    parser.add_argument("--words", type=int, default=usual.words, help="texts of people")
    parser.add_argument("--chats", type=int, default=usual.chats, help="by WhatsApp")
    parser.add_argument("--remarks", type=int, default=usual.remarks, help="people's, by WhatsApp")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="kills of each victim")
    parser.add_argument("--seed", type=int, default=usual.seed, help="of the order of kills")
    parser.add_argument("--victims", nargs="+", choices=VICTIMS, default=VICTIMS)
    parser.add_argument("--folder", type=Path, default=Path("var/chaos"))
    given = parser.parse_args(arguments)
    plan = Plan(
        mails=given.mails,
        answers=given.answers,
        texts=given.texts,
        words=given.words,
        chats=given.chats,
        remarks=given.remarks,
        rounds=given.rounds,
        seed=given.seed,
        victims=given.victims,
    )
    return plan, Path(given.folder).resolve()


def main(arguments: list[str]) -> int:
    """Print and keep the report."""
    plan, folder = parse(arguments)
    shutil.rmtree(folder / "run", ignore_errors=True)
    (folder / "run").mkdir(parents=True)
    try:
        report = run(plan, folder / "run", lambda line: print(line, flush=True))
    except (StackError, ServerError) as error:
        print(error, file=sys.stderr)
        return 1
    figures = {
        "plan": dataclasses.asdict(plan),
        "report": dataclasses.asdict(report) | {"per_second": round(report.per_second, 2)},
    }
    (folder / "report.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(f"\n{report.text()}\n\nThe same in {os.path.relpath(folder / 'report.json')}")
    return 1 if report.broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
