"""What is left over on both sides, put together where that can be told: late lines, and other amounts."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from .match import Offers, any_whole
from .sides import Deal, Key, Line, Pair


def rivals(missing: Sequence[Deal], explained: Sequence[Pair]) -> dict[Key, int]:
    """For each deal without a line: how many lines in its time explain others, and might be its own."""
    times: dict[tuple[str, object], list[datetime]] = {}
    for pair in explained:
        times.setdefault((pair.deal.host, pair.line.amount), []).append(pair.line.at)
    for moments in times.values():
        moments.sort()
    found = {}
    for deal in missing:
        those = [times.get((deal.host, cost), []) for cost in deal.costs]
        found[deal.key] = sum(
            bisect_right(moments, deal.end) - bisect_left(moments, deal.start) for moments in those
        )
    return found


def pair_late(
    lines: Sequence[Line],
    missing: Sequence[Deal],
    explained: Sequence[Pair],
    within: timedelta,
    rivals: Mapping[Key, int],
) -> tuple[list[Pair], list[Line], list[Deal]]:
    """Lines for deals that had none in their time, the oldest first. What is left of both comes back, too.

    ``choices`` also counts the deals that have a line already and that this one fits as well: then it may be that one
    charged twice, and the other not at all.
    """
    if not lines or not missing:
        return [], list(lines), list(missing)
    waiting: dict[tuple[str, object], list[Deal]] = {}
    for deal in sorted(missing, key=lambda deal: (deal.end, str(deal.key))):
        for cost in deal.costs:
            waiting.setdefault((deal.host, cost), []).append(deal)
    others = Offers((pair.deal for pair in explained), any_whole)
    hosts = sorted({host for host, _ in waiting})
    taken: set[object] = set()
    pairs, left = [], []
    for line in sorted(lines, key=lambda line: (line.at, str(line.key))):
        fitting = [
            deal
            for host in ([line.host] if line.host else hosts)
            for deal in waiting.get((host, line.amount), ())
            if deal.key not in taken and deal.start <= line.at <= deal.end + within
        ]
        if not fitting:
            left.append(line)
            continue
        taken.add(fitting[0].key)
        pairs.append(
            Pair(line, fitting[0], len(fitting) + others.choices(line) + rivals.get(fitting[0].key, 0))
        )
    return pairs, left, [deal for deal in missing if deal.key not in taken]


def pair_other_amounts(
    lines: Sequence[Line], missing: Sequence[Deal], explained: Sequence[Pair], rivals: Mapping[Key, int]
) -> tuple[list[Pair], list[Line], list[Deal]]:
    """A line and a deal that nothing else can belong to, at the same time and host: it was charged with another amount.

    Where several may belong together, or where the line may be another deal charged twice, or one charged late,
    nothing is put together.
    """
    if not lines or not missing:
        return [], list(lines), list(missing)
    since: dict[tuple[str, object], datetime] = {}
    for deal in missing:
        for cost in deal.costs:
            since[deal.host, cost] = min(deal.start, since.get((deal.host, cost), deal.start))
    others = Offers((pair.deal for pair in explained), any_whole)
    close = {line.key: near(line, missing) for line in lines}
    claims: dict[object, int] = {}
    for deals in close.values():
        for deal in deals:
            claims[deal.key] = claims.get(deal.key, 0) + 1
    pairs, left = [], []
    for line in lines:
        deals = close[line.key]
        is_alone = len(deals) == 1 and claims[deals[0].key] == 1
        if is_alone and not others.choices(line) and not _may_be_late(line, deals[0].host, since):
            pairs.append(Pair(line, deals[0], 1 + rivals.get(deals[0].key, 0)))
        else:
            left.append(line)
    paired = {pair.deal.key for pair in pairs}
    return pairs, left, [deal for deal in missing if deal.key not in paired]


def _may_be_late(line: Line, host: str, since: Mapping[tuple[str, object], datetime]) -> bool:
    begun = since.get((line.host or host, line.amount))
    return begun is not None and begun <= line.at


def near(line: Line, deals: Sequence[Deal]) -> list[Deal]:
    """Those in whose time and at whose host a line lies, whatever its amount."""
    return [deal for deal in deals if deal.start <= line.at <= deal.end and line.host in {"", deal.host}]
