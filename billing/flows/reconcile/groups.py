"""What is explained, and might as well be explained otherwise: said, so that nothing is guessed silently.

Lines and purchases of the same host and amount that hang together in time may be exchanged. Which is whose does not
matter, but a line too many among them and one too few make up for each other: of such a group nobody can tell. The
same is true of all purchases that a subscription paid between two readings of its counters.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from .match import Class, Offers
from .requests import Span
from .sides import Group, Key, Line, Pair


def like_lines(
    pairs: Sequence[Pair], unexplained: Iterable[Line], offers: Offers, fresh: Collection[Key]
) -> Iterator[Group]:
    """Groups of two ``pairs`` or more, by their lines; of one at least the line is ``fresh``: explained only now."""
    explained = {pair.line.key for pair in pairs}
    by_class: dict[tuple[str, Decimal], list[Line]] = defaultdict(list)
    for line in sorted([*(pair.line for pair in pairs), *unexplained], key=lambda line: line.at):
        for key in offers.keys(line):
            by_class[key].append(line)
    for (host, amount), lines in by_class.items():
        for run in _runs(lines, offers.of(host, amount)):
            found = [line for line in run if line.key in explained]
            if len(found) > 1 and any(line.key in fresh for line in found):
                yield Group(host, amount, found[0].at, found[-1].at, len(found))


def _runs(lines: Sequence[Line], like: Class) -> Iterator[list[Line]]:
    """Lines in their order, cut where no deal fits both of two neighbours."""
    run: list[Line] = []
    begun, reach = 0, datetime.min.replace(tzinfo=lines[0].at.tzinfo)
    for line in lines:
        if run and reach < line.at:
            yield run
            run = []
        run.append(line)
        while begun < len(like.starts) and like.starts[begun] <= line.at:
            reach = max(reach, like.offers[begun].deal.end)
            begun += 1
    yield run


def like_requests(spans: Iterable[Span]) -> Iterator[Group]:
    """Purchases of a call that took requests, wholly or in part, between two readings.

    Of a single one nothing is to be exchanged, unless some requests of the interval may just as well have lapsed.
    """
    for span in spans:
        one = span.interval
        lapsed = None if one.most is None else one.most - one.least
        if len(span.deals) > 1 or lapsed != 0:
            yield Group(
                "", None, one.before.first, one.after.last, len(span.deals),
                call=one.call, counters=one.after, requests=span.requests, lapsed=lapsed,
            )  # fmt: skip
