"""Any order of faults, lost workers, empty wallets and beats: what is bought is what was intended, and no link is lost.

Five hundred random schedules against a warm sandbox over real HTTP. Nothing waits: faults drop the connection
instead of holding it, and time passes by moving what is due.
"""

import contextlib
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Count
from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows import settle as settling
from billing.flows.buyers import buyer_of
from billing.models import Purchase, Usage
from billing.provider import provider
from spid import tasks
from spid.flows import close
from spid.flows.state import NotPossible
from spid.models import Activation, Voucher
from upstream import ProviderError

from . import steps

State = Activation.State
Bought = Purchase.State
BATCHES, IN_A_BATCH = 25, 20
# The databases differ in how they lock, not in what is random: a few batches show it on another one.
ON_EVERY_DATABASE = 3
FAULTS = ["dropped_before", "dropped_after", "error_500_before", "error_500_after", "broken_body", "empty_body",
          "truncated", "gateway_page", "429", "402", "wrong_token"]  # fmt: skip
READS = ["wallet", "wallet/transactions", "subscriptions", "tokens"]
SCOPE = "GET:test.ws.firmadigitale.com/spid_personale"


class Play:
    """One schedule: an account, some people, and what befalls their purchases."""

    def __init__(self, sandbox: Any, member: Any, seed: int) -> None:
        self.sandbox, self.member = sandbox, member
        self.chance = random.Random(seed)
        self.people: list[Activation] = []
        self.is_stirred = self.is_faulty = False

    def order(self) -> None:
        self.people += steps.ordered(1, self.member)

    def fault(self) -> None:
        self.is_faulty = True
        self.sandbox.fault(self.chance.choice(FAULTS), path="spid_personale", times=self.chance.randint(1, 2))

    def read_fault(self) -> None:
        self.is_faulty = True
        path = self.chance.choice(READS)
        self.sandbox.fault("error_500_before", path=path, method="GET", times=self.chance.randint(1, 3))

    def lose_a_worker(self) -> None:
        """A worker takes whoever is at the head, and is lost somewhere on its way."""
        steps.all_due()
        head = Purchase.objects.to_send(timezone.now()).filter(line="spid").first()
        purchase = fence.claim(head.pk, timezone.now()) if head else None
        stage = self.chance.choice(["claimed", "noted", "confirmed", "called", "read"])
        if purchase is None or stage == "claimed":
            return
        request = buyer_of(purchase).prepare(purchase)
        if not fence.note_account(purchase) or stage == "noted":
            return
        if not fence.confirm(purchase, timezone.now()) or stage == "confirmed":
            return
        with contextlib.suppress(ProviderError):
            if stage == "read":
                buyer_of(purchase).call(purchase, request)
            elif request is None:
                provider().spid.buy()

    def empty_or_fill(self) -> None:
        self.is_stirred = True
        self.sandbox.wallet(self.chance.choice(["0", "14.19", "20", "500"]))

    def sell_out_or_restock(self) -> None:
        self.is_stirred = True
        self.sandbox.spid_left(self.chance.choice([0, 0, 1, 50]))

    def subscribe(self) -> None:
        self.sandbox.set(subscription_charges_wallet=self.chance.random() < 0.5)
        self.sandbox.subscribe(SCOPE, self.chance.randint(1, 3))

    def leave_the_line(self) -> None:
        one = self.chance.choice(self.people)
        with contextlib.suppress(NotPossible):
            close.cancel(one, self.member.user, "192.0.2.7")

    def send(self) -> None:
        steps.all_due()
        tasks.send_line()

    def settle(self) -> None:
        steps.all_due()
        settling.settle_due()

    def decide(self) -> None:
        """Staff do what the facts call for: the provider's support knows which vouchers reached nobody."""
        for purchase in Purchase.objects.filter(line="spid", state=Bought.UNDECIDED):
            choice = self.chance.choice(["link", "lost", "lost for good"])
            lost = self.lost_links()
            if not lost:
                settling.send_again(purchase, {"decided": "not bought"}, "Piero")
            elif choice == "link":
                assert settling.decide_bought(purchase, self.chance.choice(lost), "Piero")
            else:
                settling.decide_lost(purchase, "Piero", again=choice == "lost")

    def lost_links(self) -> list[str]:
        """Sold links that we do not have, less those that are counted as lost already."""
        from spid.flows.stock import reference_of

        ours = set(Voucher.objects.values_list("reference", flat=True))
        links = [row["link"] for row in self.sandbox.spid()["vouchers"]]
        lost = [link for link in links if reference_of(link) not in ours]
        written_off = Purchase.objects.filter(line="spid", state=Bought.LOST).count()
        return lost[: max(0, len(lost) - written_off)]

    def run(self) -> None:
        self.order()
        moves = [
            (self.fault, 6), (self.lose_a_worker, 4), (self.send, 5), (self.settle, 3), (self.read_fault, 2),
            (self.order, 1), (self.empty_or_fill, 1), (self.sell_out_or_restock, 1), (self.leave_the_line, 1),
            (self.decide, 1), (self.subscribe, 1),
        ]  # fmt: skip
        acts, weights = zip(*moves, strict=True)
        for act in self.chance.choices(acts, weights, k=self.chance.randint(2, 6)):
            act()

    def end_well(self) -> None:
        """The faults are over, there is money and stock: everything comes to its end."""
        if self.is_faulty:
            self.sandbox.no_faults()
        if self.is_stirred:
            self.sandbox.wallet("5000")
            self.sandbox.spid_left(1000)
        for _ in range(6):
            if not self.open():
                return
            # Half an hour passes: what is still in doubt then is staff's.
            long_ago = timezone.now() - timedelta(hours=1)
            Purchase.objects.filter(state=Bought.UNKNOWN).update(sent_at=long_ago)
            steps.beat()
            self.decide()
        raise AssertionError([(one.state, one.attempts) for one in self.open()])

    def open(self) -> list[Purchase]:
        over = [Bought.BOUGHT, Bought.REFUSED, Bought.WITHDRAWN, Bought.LOST]
        return list(Purchase.objects.filter(line="spid").exclude(state__in=over))

    def check(self) -> None:
        """Sold at the provider: what we bought, and what staff wrote off with their own hand. Nothing else."""
        states = Purchase.objects.filter(line="spid").values_list("state").annotate(Count("pk"))
        count = Counter(dict(states.order_by()))
        vouchers = Voucher.objects.aggregate(all=Count("pk"), given=Count("activation"))
        assert self.sandbox.spid()["sold"] == vouchers["all"] + count[Bought.LOST]
        assert count[Bought.BOUGHT] == Usage.objects.count() == vouchers["given"] == vouchers["all"]
        activations = Activation.objects.values_list("state").annotate(Count("pk"))
        served = Counter(dict(activations.order_by()))
        assert served.pop(State.HANDED_OVER, 0) == count[Bought.BOUGHT]
        assert set(served) <= {State.CANCELLED}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sell_price", "no_queue")
@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(number, marks=[] if number < ON_EVERY_DATABASE else [pytest.mark.sqlite_only])
        for number in range(BATCHES)
    ],
)
def test_whatever_happens_what_is_bought_is_what_was_intended(sandbox, batch):
    from customers.tests.factories import MembershipFactory

    member = MembershipFactory()
    for number in range(IN_A_BATCH):
        play = Play(sandbox, member, batch * IN_A_BATCH + number)
        play.run()
        play.end_well()
        play.check()
