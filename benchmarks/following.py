"""How fast one worker follows open envelopes, compared with a bare async httpx loop making the same requests.

Seeds the sandbox and the database with open envelopes, makes all of them due, and lets ``follow_due`` ask about
each: claim in batches, ask, read, compare, write back. The bare loop asks for the same addresses with the same
number of requests under way, and throws the answers away. They take turns.

First against the sandbox itself; but its own speed hides much of ours there, so the ratio that counts is taken
against a small server that repeats the sandbox's answers, byte for byte, as fast as it is asked.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from ._replay import replaying
from ._sandbox import running_sandbox

GOAL = 0.5
SIGNERS = 2


def main() -> None:
    """Measure, print, and end with the JSON line."""
    parser = argparse.ArgumentParser(prog="benchmarks/run following", description=__doc__)
    parser.add_argument("--envelopes", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_sandbox(Path(folder) / "sandbox") as url:
        os.environ.update(BENCHMARK_FOLDER=folder, BENCHMARK_PROVIDER=url)
        import django

        django.setup()
        figures = measure(url, options.envelopes, options.rounds)
    report(figures)


def measure(url: str, envelopes: int, rounds: int) -> dict[str, Any]:
    """Checks per second of both, against the sandbox and against its repeated answers."""
    from django.conf import settings

    references, token = fill(url, envelopes), mint(url)
    answers: dict[str, bytes] = {}
    paths = [f"/signatures/{reference}/detail" for reference in references]
    at_sandbox = Rates()
    at_sandbox.add(*one_round(url, paths, token, answers))
    answers["POST /tokens"] = json.dumps(
        {"data": {"token": token, "expireAt": "2099-01-01T00:00:00Z"}, "success": True}
    ).encode()
    at_replay = Rates()
    with replaying(answers) as fast:
        settings.PROVIDER.update(esignature_url=fast, firmadigitale_url=fast, oauth_url=fast)
        one_round(fast, paths[:500], token)
        for _ in range(rounds):
            at_replay.add(*one_round(fast, paths, token))
    return {
        "envelopes": envelopes,
        "concurrency": settings.FOLLOW_CONCURRENCY,
        "batch": settings.FOLLOW_BATCH,
        "database": settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1],
        "replay": at_replay.summary(),
        "sandbox": at_sandbox.summary(),
    }


@dataclass
class Rates:
    """Checks per second of the bare loop and of ours, and our processor time per check, round by round."""

    bare: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def add(self, bare: float, ours: float, cpu_ms: float) -> None:
        self.bare.append(bare)
        self.ours.append(ours)
        self.cpu_ms.append(cpu_ms)

    @property
    def ratio(self) -> float:
        return statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))

    def summary(self) -> dict[str, Any]:
        return {
            "bare_per_second": [round(rate, 1) for rate in self.bare],
            "follow_per_second": [round(rate, 1) for rate in self.ours],
            "cpu_ms_per_check": round(statistics.median(self.cpu_ms), 3),
            "ratio": round(self.ratio, 3),
        }


def one_round(
    url: str, paths: list[str], token: str, answers: dict[str, bytes] | None = None
) -> tuple[float, float, float]:
    """Both once: the bare loop's rate, ours, and our processor milliseconds per check."""
    from django.conf import settings

    count = len(paths)
    started = time.perf_counter()
    asyncio.run(bare(url, paths, token, settings.FOLLOW_CONCURRENCY, answers))
    bare_rate = count / (time.perf_counter() - started)
    make_due(count)
    started, cpu = time.perf_counter(), time.process_time()
    follow_all(count)
    our_rate = count / (time.perf_counter() - started)
    return bare_rate, our_rate, (time.process_time() - cpu) / count * 1000


def fill(url: str, count: int) -> list[str]:
    """Open procedures at the sandbox and an envelope for each; the references."""
    from django.core.management import call_command
    from django.utils import timezone

    from customers.models import Organisation, User
    from documents.models import StoredFile
    from signatures.envelopes.models import Envelope, Signer

    answer = httpx.post(
        f"{url}/control/api/seed", json={"procedures": count, "signers": SIGNERS}, timeout=300
    )
    answer.raise_for_status()
    references: list[str] = answer.json()["references"]
    call_command("migrate", verbosity=0)
    organisation = Organisation.objects.create(name="Benchmark Srl", address="-", postal_code="-", city="-")
    user = User.objects.create(email=f"benchmark-{time.time_ns()}@example.com")
    document = StoredFile.objects.create(
        organisation=organisation, sha256="0" * 64, size=1, media_type="application/pdf", storage_name="-"
    )
    long_ago = timezone.now() - timedelta(days=2)
    envelopes = [
        Envelope(
            organisation=organisation,
            created_by=user,
            title="Benchmark",
            filename="benchmark.pdf",
            original=document,
            state=Envelope.State.SIGNING,
            state_since=long_ago,
            generation="esignature",
            provider_reference=reference,
            provider_state="WAIT_SIGNERS",
        )
        for reference in references
    ]
    Envelope.objects.bulk_create(envelopes, batch_size=500)
    signers = [
        Signer(
            envelope=envelope,
            position=position,
            name="Signer",
            surname=str(position),
            email=f"signer{position}@example.org",
            mobile="+393330000000",
            state=Signer.State.INVITED,
        )
        for envelope in envelopes
        for position in range(1, SIGNERS + 1)
    ]
    Signer.objects.bulk_create(signers, batch_size=500)
    return references


def mint(url: str) -> str:
    """A token for the bare loop."""
    from django.conf import settings

    answer = httpx.post(
        f"{url}/tokens",
        json={"scopes": ["GET:test.esignature.openapi.com/signatures"]},
        auth=(settings.PROVIDER["email"], settings.PROVIDER["api_key"]),
    )
    answer.raise_for_status()
    body = answer.json()
    return str((body.get("data") or body)["token"])


async def bare(
    url: str, paths: list[str], token: str, concurrency: int, answers: dict[str, bytes] | None
) -> None:
    """Ask for every path, so many at a time; keep the answers only if somebody wants them."""
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    headers = {"Authorization": f"Bearer {token}"}
    gate = asyncio.Semaphore(concurrency)
    async with httpx.AsyncClient(base_url=url, limits=limits, headers=headers, timeout=60) as client:

        async def ask(path: str) -> None:
            async with gate:
                answer = (await client.get(path)).raise_for_status()
                if answers is not None:
                    answers[f"GET {path}"] = answer.content

        await asyncio.gather(*(ask(path) for path in paths))


def make_due(count: int) -> None:
    """So many envelopes are to be asked about now."""
    from django.utils import timezone

    from signatures.envelopes.models import Envelope

    some = Envelope.objects.order_by("pk").values_list("pk", flat=True)[:count]
    Envelope.objects.filter(pk__in=list(some)).update(next_check_at=timezone.now(), checked_at=None)


def follow_all(count: int) -> None:
    """Follow what is due, as a worker does at each beat, until nothing is."""
    from signatures.envelopes.flows.follow import follow_due
    from signatures.envelopes.models import Envelope

    while follow_due():
        pass
    problems = Envelope.objects.exclude(last_problem="").count()
    if problems or Envelope.objects.exclude(checked_at=None).count() < count:
        raise SystemExit(f"not all were followed; {problems} with problems")


def report(figures: dict[str, Any]) -> None:
    """A table for people and one line for machines."""
    print(f"Following {figures['envelopes']} open envelopes, {figures['concurrency']} questions under way")
    print(f"  {'against':<12}{'bare loop /s':>14}{'follow /s':>14}{'ratio':>8}")
    for name in ("sandbox", "replay"):
        one = figures[name]
        for theirs, ours in zip(one["bare_per_second"], one["follow_per_second"], strict=True):
            print(f"  {name:<12}{theirs:>14.1f}{ours:>14.1f}{ours / theirs:>8.2f}")
    replay = figures["replay"]
    print(f"  median ratio {replay['ratio']:.2f} against the replay (goal {GOAL})")
    print(f"  {replay['cpu_ms_per_check']} ms of the worker's processor per check")
    print(json.dumps({"name": "following", "ratio": replay["ratio"], "goal": GOAL, "figures": figures}))


if __name__ == "__main__":
    main()
