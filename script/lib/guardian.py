"""Ends the processes of a supervisor that was killed before it could do so itself.

It reads ``+<process id>`` and ``-<process id>`` lines from the supervisor. When the pipe closes, the supervisor is
gone: what is still on the list is asked to stop, last started first, and killed with its whole group if it does not.
The kernel's parent-death signal alone would not do: it exists on Linux only, reaches no grandchildren, and a child
may take its time over it.
"""

import os
import signal
import sys
import time
from contextlib import suppress


def main() -> None:
    """Watch until the pipe closes, then end what is left; the argument is how many seconds each gets."""
    patience = float(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: list[int] = []
    for line in sys.stdin:
        if line.startswith("+"):
            groups.append(int(line[1:]))
        elif int(line[1:]) in groups:
            groups.remove(int(line[1:]))
    for group in reversed(groups):
        end(group, patience)


def end(group: int, patience: float) -> None:
    """Ask the leader of a group to stop; kill what is left of the group when it does not in time."""
    with suppress(ProcessLookupError):
        os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + patience
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.05)
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
