"""One sandbox for all tests of a process."""

from collections.abc import Iterator

import pytest

from sandbox.testing import SandboxHandle, running_sandbox


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxHandle]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: SandboxHandle) -> SandboxHandle:
    running.reset()
    running.set(validation_delay=0)
    return running
