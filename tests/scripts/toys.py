"""A supervisor with toy children, to be run, killed and looked at from outside.

``python -m tests.scripts.toys FOLDER NAME=KIND…`` starts a child of each kind under its name, in order, and says "up".
"""

import os
import sys
from pathlib import Path

from script.lib.supervise import Stopped, Supervisor

_NOTE = "import os, pathlib; pathlib.Path(os.environ['FOLDER'], '{name}.pid').write_text(str(os.getpid())); "
_WAIT = "import signal, sys, time; {end}; print('ready', flush=True); time.sleep(60)"
KINDS = {
    "polite": _NOTE
    + _WAIT.format(end="signal.signal(15, lambda *_: (print('bye', flush=True), sys.exit()))"),
    "stubborn": _NOTE + _WAIT.format(end="signal.signal(15, signal.SIG_IGN)"),
    "brief": _NOTE + "print('something is missing'); raise SystemExit(3)",
    "parent": _NOTE
    + "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "pathlib.Path(os.environ['FOLDER'], '{name}-child.pid').write_text(str(child.pid)); time.sleep(60)",
}


def main() -> int:
    folder = Path(sys.argv[1])
    wanted = [argument.split("=") for argument in sys.argv[2:]]
    supervisor = Supervisor(folder / "log", {**os.environ, "FOLDER": str(folder)}, patience=0.5)
    supervisor.stop_on_signals()
    try:
        for name, kind in wanted:
            child = supervisor.start(
                name, [sys.executable, "-c", KINDS[kind].replace("{name}", name)], folder
            )
            files = [folder / f"{name}.pid"] + ([folder / f"{name}-child.pid"] if kind == "parent" else [])
            if kind != "brief":
                needs_word = kind != "parent"
                supervisor.wait_until(
                    lambda: all(f.exists() for f in files) and (child.last_lines or not needs_word),
                    name,  # noqa: B023
                )
        print("up", flush=True)
        supervisor.watch()
    except Stopped as reason:
        print(f"because: {reason}", flush=True)
    finally:
        supervisor.stop()
        print("stopped", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
