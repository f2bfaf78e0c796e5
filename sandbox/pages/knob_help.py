"""What the desk says about each switch: the docstrings and headings of ``knobs.Knobs``, read from its source."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from typing import Any

from .. import knobs

_HEADING = re.compile(r" {4}# (.+)")


@cache
def _explained() -> tuple[dict[str, str], dict[str, str]]:
    """The explanation and the heading of every switch."""
    source = inspect.getsource(knobs.Knobs)
    body = ast.parse(source).body[0].body  # type: ignore[attr-defined]
    headings = {
        at: found[1] for at, line in enumerate(source.splitlines(), 1) if (found := _HEADING.match(line))
    }
    about, under = {}, {}
    for one, following in zip(body, [*body[1:], None], strict=True):
        if not isinstance(one, ast.AnnAssign) or not isinstance(one.target, ast.Name):
            continue
        name = one.target.id
        under[name] = next((headings[at] for at in sorted(headings, reverse=True) if at < one.lineno), "")
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            about[name] = " ".join(str(following.value.value).replace("`", "").split())
    return about, under


def grouped(values: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The switches under their headings, each with its value and explanation; the clock has a form of its own."""
    about, under = _explained()
    choices = knobs.choices()
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, default in knobs.as_dict().items():
        if name == "clock_offset":
            continue
        kind = "switch" if isinstance(default, bool) else "choice" if name in choices else "text"
        shown = {"name": name, "value": values.get(name, default), "kind": kind}
        shown |= {"choices": choices.get(name, []), "about": about.get(name, "")}
        groups.setdefault(under.get(name, ""), []).append(shown)
    return list(groups.items())
