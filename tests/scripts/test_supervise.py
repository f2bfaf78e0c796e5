"""What starts together ends together, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 15.0
Start = Callable[..., "Run"]


class Run:
    """A supervisor with toy children in a process of its own."""

    def __init__(self, folder: Path, *children: str) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "tests.scripts.toys", str(folder), *children]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def wait_for(self, line: str) -> None:
        assert self.process.stdout
        for said in self.process.stdout:
            if said.strip() == line:
                return
        pytest.fail(f"it never said {line!r}")

    def ending(self) -> str:
        return self.process.communicate(timeout=PATIENCE)[0]

    def pids(self) -> list[int]:
        return [int(path.read_text()) for path in self.folder.glob("*.pid")]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    runs: list[Run] = []

    def start(*children: str) -> Run:
        runs.append(Run(tmp_path, *children))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        run.process.wait()
        assert becomes_true(lambda: not any(map(is_alive, run.pids())))  # noqa: B023


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def becomes_true(claim: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_signal_stops_all_in_the_reverse_order(start: Start, tmp_path: Path) -> None:
    run = start("first=polite", "second=polite")
    run.wait_for("up")
    run.process.send_signal(signal.SIGINT)
    assert run.ending().split() == ["because:", "stopped"]
    assert not any(map(is_alive, run.pids()))
    left = [(tmp_path / "log" / f"{name}.log") for name in ("first", "second")]
    assert [log.read_text() for log in left] == ["ready\nbye\n"] * 2
    assert left[1].stat().st_mtime_ns < left[0].stat().st_mtime_ns


def test_a_killed_supervisor_leaves_no_orphan(start: Start) -> None:
    run = start("first=polite", "second=stubborn", "third=parent")
    run.wait_for("up")
    assert len(run.pids()) == 4
    run.process.kill()
    assert becomes_true(lambda: not any(map(is_alive, run.pids())))


def test_one_that_ends_stops_the_others_and_its_last_words_are_shown(start: Start) -> None:
    run = start("first=polite", "second=brief")
    ending = run.ending()
    assert "second has ended with status 3" in ending
    assert "something is missing" in ending
    assert not any(map(is_alive, run.pids()))


def test_one_that_will_not_stop_is_killed(start: Start) -> None:
    run = start("first=stubborn")
    run.wait_for("up")
    run.process.terminate()
    assert "stopped" in run.ending()
    assert not any(map(is_alive, run.pids()))


def test_what_a_child_started_ends_with_it(start: Start) -> None:
    run = start("first=parent")
    run.wait_for("up")
    run.process.terminate()
    run.ending()
    assert not any(map(is_alive, run.pids()))


def test_the_log_before_is_kept(start: Start, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "first.log").write_text("yesterday\n")
    run = start("first=brief")
    run.ending()
    assert (tmp_path / "log" / "first.log.1").read_text() == "yesterday\n"
    assert "something is missing" in (tmp_path / "log" / "first.log").read_text()
