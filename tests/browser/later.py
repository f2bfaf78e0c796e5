"""Run a program at a later time: ``python -m tests.browser.later DAYS PROGRAM …``, a module's name or a script's path.

Its clock goes on from there, and so do those of the processes that it forks.
"""

import runpy
import sys
from datetime import UTC, datetime, timedelta

import time_machine


def main() -> None:
    """Move the clock, then be the program."""
    days, program, *arguments = sys.argv[1:]
    time_machine.travel(datetime.now(UTC) + timedelta(days=float(days)), tick=True).start()
    sys.argv = [program, *arguments]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
