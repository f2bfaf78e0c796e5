"""Where discrepancies of a schedule can stand for each other, from the truth alone: cells, and what is told of each.

A cell is everything that hangs together: a line and each purchase that it fits by host, amount and time, and a purchase
and the counters of the subscription that may have paid it. Nothing outside of a cell can make up for what is in it,
but a line that comes late: it may fall into another.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from decimal import Decimal

from billing.flows.reconcile.sides import Deal, Group, Line, Outcome, Pair

from .schedules import NEW, OLD, SINGLE, Truth, World

SPID = Decimal("14.20")
ODD = Decimal("0.13")
CALLS = {(NEW, Decimal(0)): "esignature", (OLD, Decimal(0)): "firmadigitale", (OLD, SPID % SINGLE): "spid"}
Node = Hashable
# Sign and what it is: a charge of a host by its amount, or requests of a call. How many of each.
Sums = Counter[tuple[str, str, Decimal]]


class Cells:
    """The cells of a schedule."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._above: dict[Node, Node] = {}
        by_host: dict[str, list[Line]] = defaultdict(list)
        for line in world.lines:
            by_host[line.host].append(line)
        for deal in world.deals:
            numbers = list(self._paying(deal))
            for number in numbers:
                self._join(("deal", deal.key), ("counters", deal.call, number))
            costs = {*deal.costs, *((cost for cost, _ in deal.part_costs()) if numbers else ())}
            for line in by_host[deal.host]:
                if line.amount in costs and deal.start <= line.at <= deal.end:
                    self._join(("deal", deal.key), ("line", line.key))

    def of(self, *node: Hashable) -> Node:
        """The cell of a deal, a line, or the counters of a call."""
        at: Node = node
        while at in self._above:
            at = self._above[at]
        return at

    def _join(self, one: tuple[Hashable, ...], other: tuple[Hashable, ...]) -> None:
        top, under = self.of(*one), self.of(*other)
        if top != under:
            self._above[under] = top

    def _paying(self, deal: Deal) -> Iterator[int]:
        """By which readings a subscription may have paid a deal."""
        readings = self.world.readings
        for number in range(1, len(readings)):
            before, after = readings[number - 1], readings[number]
            if deal.end < before.first or deal.start > after.last:
                continue
            for plan in after.plans.values():
                had = before.plans[plan.key].available if plan.key in before.plans else plan.total
                is_there = plan.starts_at <= deal.end and plan.expires_at > deal.start
                if plan.call == deal.call and had and is_there:
                    yield number

    def with_counters(self) -> set[Node]:
        """The cells in which a subscription may have paid something."""
        calls = {plan.call for one in self.world.readings for plan in one.plans.values()}
        numbers = range(1, len(self.world.readings))
        return {self.of("counters", call, number) for call in calls for number in numbers}

    def number_of(self, key: object) -> int:
        """Which reading this is."""
        return next(number for number, one in enumerate(self.world.readings) if one.key == key)


def true_sums(cells: Cells) -> dict[Node, Sums]:
    """What was injected, cell by cell. A late line is one less in its time, and one more where it came."""
    sums: dict[Node, Sums] = defaultdict(Counter)
    for truth in cells.world.truths:
        deal = truth.deal
        here = sums[cells.of("deal", deal.key)]
        if truth.channel == "requests":
            requests = {"twice": deal.units, "not": -deal.units, "other": 1}[truth.fault]
            here["+" if requests > 0 else "-", deal.call, Decimal(0)] += abs(requests)
            continue
        if truth.fault != "twice":
            here["-", deal.host, deal.costs[0]] += 1
        if truth.fault != "not":
            sums[cells.of("line", _odd_line(truth))]["+", deal.host, _odd_amount(truth)] += 1
    return sums


def _odd_line(truth: Truth) -> str:
    return f"{truth.deal.key}-{1 if truth.fault == 'twice' else 0}"


def _odd_amount(truth: Truth) -> Decimal:
    return truth.amount + (ODD if truth.fault == "other" else Decimal(0))


def told_sums(cells: Cells, outcome: Outcome) -> dict[Node, Sums]:
    """What the comparison lists, cell by cell."""
    sums: dict[Node, Sums] = defaultdict(Counter)
    put_together = [*outcome.other_amounts, *outcome.late]
    for line in [*outcome.lines, *(pair.line for pair in put_together)]:
        sums[cells.of("line", line.key)]["+", line.host, line.amount] += 1
    for deal in [*outcome.deals, *(pair.deal for pair in put_together)]:
        sums[cells.of("deal", deal.key)]["-", deal.host, deal.costs[0]] += 1
    for miss in outcome.imbalances:
        here = sums[cells.of("counters", miss.call, cells.number_of(miss.counters.key))]
        here["+" if miss.requests > 0 else "-", miss.call, Decimal(0)] += abs(miss.requests)
    return sums


def lines_of(group: Group, outcome: Outcome) -> list[Pair]:
    """What was explained within a group of like lines."""
    return [
        pair
        for pair in outcome.pairs
        if (pair.line.host, pair.line.amount) == (group.host, group.amount)
        and group.since <= pair.line.at <= group.until
    ]


def cells_named(cells: Cells, outcome: Outcome) -> set[Node]:
    """The cells of which the comparison says that what is in them cannot be told apart."""
    found = set()
    for group in outcome.groups:
        if group.counters is not None:
            found.add(cells.of("counters", group.call, cells.number_of(group.counters.key)))
        else:
            found |= {cells.of("line", pair.line.key) for pair in lines_of(group, outcome)}
    return found


def cells_of_late_lines(cells: Cells, outcome: Outcome) -> set[Node]:
    """The cells of lines that may be the late ones of purchases which are listed as missing."""
    return {
        cells.of("line", pair.line.key)
        for deal in outcome.deals
        for pair in outcome.pairs
        if (pair.line.host, pair.line.amount) == (deal.host, deal.costs[0]) and pair.line.at > deal.end
    }


def in_units(sums: Sums, spent: set[str]) -> Sums:
    """Of calls whose subscription ran out requests and charges count as units, since they stand for each other."""
    told: Sums = Counter()
    for (sign, what, amount), value in sums.items():
        call = call_of(what, amount)
        if call not in spent:
            told[sign, what, amount] += value
        else:
            price = SPID if call == "spid" else SINGLE
            told[sign, call, Decimal(0)] += value * (int(amount / price) if amount else 1)
    return +told


def call_of(what: str, amount: Decimal) -> str:
    """Whose charges these are, by host and what remains of the amount beside whole signers."""
    return CALLS.get((what, amount % SINGLE), what) if amount else what


def net(sums: Sums) -> dict[tuple[str, Decimal], int]:
    """More and less of the same against each other."""
    told: Counter[tuple[str, Decimal]] = Counter()
    for (sign, what, amount), value in sums.items():
        told[what, amount] += value if sign == "+" else -value
    return {key: value for key, value in told.items() if value}
