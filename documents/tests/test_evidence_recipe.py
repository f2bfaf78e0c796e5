"""The ten lines of Python in docs/evidence.md do what they promise, on histories as facts.chain writes them."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from facts.chain import GENESIS, canonical

History = dict[str, Any]
RECIPE = (
    (settings.BASE_DIR / "docs" / "evidence.md")
    .read_text(encoding="utf-8")
    .split("```python\n")[1]
    .split("```")[0]
)


def history() -> History:
    previous, events = GENESIS, []
    for number, kind in enumerate(["created", "invited", "signed"], start=1):
        record = {
            "number": number,
            "at": f"2026-11-24T15:30:0{number}.000000Z",
            "kind": kind,
            "actor": "signer",
            "actor_name": "Nicolò D’Urso",
            "ip": "2001:db8::1",
            "data": {"signer": 1, "name": "Nicolò \U0001f58a"},
            "previous_hash": previous,
        }
        previous = hashlib.sha256(canonical(record).encode()).hexdigest()
        events.append({**record, "hash": previous})
    return {"events": events, "last_hash": previous}


def holds(kept: History, folder: Path) -> bool:
    (folder / "events.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", RECIPE], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0 or b"AssertionError" in done.stderr
    return done.returncode == 0


def test_a_history_as_it_was_written_holds(tmp_path: Path) -> None:
    assert holds(history(), tmp_path)


@pytest.mark.parametrize(
    "forge",
    [
        lambda kept: kept["events"][1].update(kind="declined"),
        lambda kept: kept["events"][1]["data"].update(name="Somebody else"),
        lambda kept: kept["events"].pop(1),
        lambda kept: kept["events"].pop(),
        lambda kept: kept["events"].reverse(),
    ],
)
def test_a_history_that_was_rewritten_does_not(forge: Callable[[History], Any], tmp_path: Path) -> None:
    kept = history()
    forge(kept)
    assert not holds(kept, tmp_path)
