"""``script/run``: the portal with worker, beat, broker and sandbox, all of it in one terminal."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import time
from typing import IO

from .embedded import RUNNING, Plan
from .prepare import LOGINS, prepare
from .setup import PYTHON, ROOT, VAR, SetupFailed, say
from .stack import PortInUse, ports_are_free, start
from .supervise import Stopped, Supervisor

INTERRUPTED = 130  # as a shell says it


def main() -> int:
    arguments = _arguments()
    started = time.monotonic()
    lock = _only_one()
    try:
        plan = Plan(os.environ)
        ports_are_free(plan)
        prepare(plan.environment, with_demo_data=plan.is_demo)
    except (SetupFailed, PortInUse, OSError) as error:
        sys.exit(f"Sigillo cannot start. {error}")
    lock.write(plan.portal)
    lock.flush()
    supervisor = Supervisor(VAR / "log", plan.environment, keep_open=[lock.fileno()])
    supervisor.stop_on_signals()
    try:
        start(supervisor, plan)
        plan.tell_others()
        _greet(plan, time.monotonic() - started)
        status = _play_demo(supervisor, plan) if arguments.demo else 0
        if not arguments.exit:
            supervisor.watch()
        return status
    except Stopped as reason:
        if str(reason):
            print(f"\n{reason}", file=sys.stderr, flush=True)
            return 1
        return INTERRUPTED if arguments.exit else 0
    finally:
        say("stopping")
        RUNNING.unlink(missing_ok=True)
        supervisor.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/run",
        description="Set up and start Sigillo with all that it needs.",
        epilog="PORT, SANDBOX_PORT and SANDBOX_SMTP_PORT change the ports; docs/operation.md lists all settings.",
    )
    parser.add_argument("--demo", action="store_true", help="play the main job against the running portal")
    parser.add_argument(
        "--exit", action="store_true", help="with --demo: stop after it, with its result as status"
    )
    arguments = parser.parse_args()
    if arguments.exit and not arguments.demo:
        parser.error("--exit belongs to --demo")
    return arguments


def _only_one() -> IO[str]:
    """One instance per checkout: two would share a database, a broker and an inbox.

    The lock lasts until the guardian has seen the last process of a killed instance end.
    """
    lock = (VAR / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        where = lock.read() or "just starting"
        sys.exit(
            f"Sigillo is running already from this folder ({where}). Stop it with Ctrl-C in its terminal."
        )
    lock.truncate(0)
    return lock


def _greet(plan: Plan, seconds: float) -> None:
    lines = [f"Sigillo is up after {seconds:.1f} seconds.", ""]
    lines += [f"portal          {plan.portal}", f"staff           {plan.portal}/staff/"]
    if plan.has_sandbox:
        lines += [f"mail and SMS    {plan.sandbox}/inbox/", f"provider        {plan.sandbox}/control/"]
    if plan.is_demo and LOGINS.exists():
        lines += ["", *LOGINS.read_text().splitlines()]
    lines += ["", "Logs are in var/log/. Ctrl-C stops everything."]
    print("\n" + "".join(f"  {line}".rstrip() + "\n" for line in lines), flush=True)


def _play_demo(supervisor: Supervisor, plan: Plan) -> int:
    """Play the main job; its status."""
    story = [
        PYTHON, ROOT / "script" / "demo_story.py", "--portal", plan.portal, "--sandbox", plan.sandbox,
        "--out", VAR / "demo", "--trust", VAR / "sandbox" / "trust",
    ]  # fmt: skip
    return supervisor.run(story, ROOT)


if __name__ == "__main__":
    sys.exit(main())
