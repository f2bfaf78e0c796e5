"""A real broker: the Redis that script/test has found, or the embedded Valkey."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.core.cache.backends.redis import RedisCache

from portal.settings.queue import CELERY_BROKER_TRANSPORT_OPTIONS

pytestmark = pytest.mark.sqlite_only


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """Named by script/test; alone, this test finds one by the same rules."""
    named = os.environ.get("TEST_REDIS_URL")
    if named:
        yield named
        return
    from script.lib.services import redis

    with redis() as found:
        if not found:
            if os.environ.get("REQUIRE_SERVICES") == "1":
                pytest.fail("no Redis, and REQUIRE_SERVICES=1")
            pytest.skip("no Redis")
        yield found


@pytest.fixture
def queue(redis_url: str) -> Iterator[Any]:
    """A worker with the portal's options, on a queue that is only of this test."""
    mark = uuid.uuid4().hex
    broker = redis_url.replace("unix://", "redis+socket://")
    app = Celery(f"test-{mark}", broker=broker, set_as_current=False)
    app.conf.update(
        broker_transport_options={**CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": f"test-{mark}-"},
        task_default_queue=mark,
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
    )
    done: list[Any] = []

    @app.task(name=f"note-{mark}", bind=True, max_retries=3)
    def note(self: Any, what: str) -> None:
        done.append((what, self.request.retries))
        if what == "again" and self.request.retries == 0:
            raise self.retry(countdown=0)

    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=10):
        yield note, done


def test_work_comes_through_the_broker_in_order(queue: Any) -> None:
    note, done = queue
    for number in range(20):
        note.delay(str(number))
    _until(lambda: len(done) == 20)
    assert [what for what, _ in done] == [str(number) for number in range(20)]


def test_work_that_asks_for_it_comes_again(queue: Any) -> None:
    note, done = queue
    note.delay("again")
    _until(lambda: len(done) == 2)
    assert done == [("again", 0), ("again", 1)]


def test_the_cache_counts_for_all_processes_together(redis_url: str) -> None:
    """Rate limits stand on this: two clients, one count."""
    prefix = {"KEY_PREFIX": uuid.uuid4().hex}
    here, there = RedisCache(redis_url, dict(prefix)), RedisCache(redis_url, dict(prefix))
    assert here.add("attempts", 1, timeout=30)
    assert not there.add("attempts", 1, timeout=30)
    assert there.incr("attempts") == 2
    assert here.get("attempts") == 2
    here.delete("attempts")


def _until(claim: Any) -> None:
    import time

    deadline = time.monotonic() + 20
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
