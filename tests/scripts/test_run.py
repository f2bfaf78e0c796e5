"""Starting twice, or where another program listens, says what to do."""

import socket
from pathlib import Path

import pytest

from script.lib import run
from script.lib.embedded import Plan
from script.lib.stack import PortInUse, answers, broker, ports_are_free


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "VAR", tmp_path)


def test_a_second_instance_is_told_where_the_first_one_is() -> None:
    with run._only_one() as first:
        first.write("http://localhost:8000")
        first.flush()
        with pytest.raises(SystemExit, match="running already from this folder \\(http://localhost:8000\\)"):
            run._only_one()


def test_the_next_instance_may_start_when_the_first_has_ended() -> None:
    run._only_one().close()
    run._only_one().close()


def test_a_port_in_use_names_the_variable_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"Port {port} is in use.*SANDBOX_PORT="):
            ports_are_free(Plan({"PORT": "1" if port == 8000 else str(_free()), "SANDBOX_PORT": str(port)}))


def test_exit_without_demo_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["script/run", "--exit"])
    with pytest.raises(SystemExit):
        run._arguments()
    assert "--exit belongs to --demo" in capsys.readouterr().err


def test_the_broker_comes_with_the_libraries(tmp_path: Path) -> None:
    command = broker(tmp_path / "s")
    assert Path(str(command[0])).exists()
    assert "--port" in command


def test_what_does_not_listen_does_not_answer() -> None:
    assert not answers(f"http://127.0.0.1:{_free()}/")()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
