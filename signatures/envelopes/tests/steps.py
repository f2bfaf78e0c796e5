"""What happens to an envelope, step by step, as tests make it happen."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.core import mail
from django.db import connection
from django.utils import timezone

from billing.models import Purchase, Usage
from outbox.flows.write import PURPOSE
from signatures.envelopes import tasks
from signatures.envelopes.flows import send
from signatures.envelopes.models import Envelope
from vault import seal

from .factories import EnvelopeFactory, MemberFactory

PRICE = Decimal("0.95")
TOKEN = re.compile(r"/s/([\w-]{20,})/")


def draft(**fields: Any) -> Envelope:
    """A draft for Anna (left) and Luc (right), ready to be sent by its organisation's owner."""
    member = MemberFactory()
    return EnvelopeFactory(ready=True, organisation=member.organisation, created_by=member.user, **fields)


def ordered(**fields: Any) -> Envelope:
    """The same, sent."""
    envelope = draft(**fields)
    send.order(envelope, envelope.created_by, "192.0.2.7", PRICE)
    envelope.refresh_from_db()
    return envelope


def signing(sandbox: Any, **fields: Any) -> Envelope:
    """An envelope that waits for its signers, at the provider too."""
    envelope = ordered(**fields)
    sandbox.validated()
    beat()
    envelope.refresh_from_db()
    assert envelope.state == Envelope.State.SIGNING, envelope.state
    return envelope


def signed_by_all(sandbox: Any, envelope: Envelope) -> None:
    """Everybody signs at the provider; nobody has told us yet."""
    for email in emails(envelope):
        sandbox.sign(email)


def all_due() -> None:
    """Time passes: whatever waits for its next look is due."""
    now = timezone.now()
    Envelope.objects.exclude(next_check_at=None).update(next_check_at=now)
    Purchase.objects.update(next_attempt_at=now)


def beat() -> None:
    """The clockwork comes round once, a good while later."""
    all_due()
    tasks.settle_due()
    all_due()
    tasks.send_due()
    all_due()
    tasks.follow_due()
    all_due()
    tasks.collect_due()


def token_of(email: str) -> str:
    """The secret part of the address in the newest mail to this person."""
    newest = [message for message in mail.outbox if message.to == [email]][-1]
    found = TOKEN.search(str(newest.body))
    assert found, f"no address in the mail to {email}"
    return found.group(1)


@contextmanager
def meanwhile(statement: str, happens: Callable[[], Any]) -> Iterator[None]:
    """Something happens right before the first database statement that begins so, as another request would do it."""
    pending = [happens]

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if pending and sql.startswith(statement):
            pending.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield
    assert not pending, f"no statement began with {statement}"


def sealed(text: str) -> str:
    """A mail's text as it waits in the outbox."""
    return seal(text, PURPOSE)


def kinds(envelope: Envelope) -> list[str]:
    return list(envelope.events.order_by("number").values_list("kind", flat=True))


def emails(envelope: Envelope) -> list[str]:
    return list(envelope.signers.order_by("position").values_list("email", flat=True))


def books_agree(sandbox: Any) -> None:
    """What was bought at the provider is what we intended to buy, and each signer is metered once."""
    state = sandbox.state()
    bought = Purchase.objects.filter(state=Purchase.State.BOUGHT)
    assert state["procedures"] == bought.count()
    assert state["charged_people"] == Usage.objects.count() == sum(bought.values_list("quantity", flat=True))
    assert Decimal(state["charged_amount"]) == sum(
        Usage.objects.values_list("unit_cost", flat=True), Decimal(0)
    )
