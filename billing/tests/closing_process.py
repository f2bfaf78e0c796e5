"""Closes a month and issues its invoices from many threads at once, in a process of its own or in the test's."""

import sys
import threading
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

MONTH, DAY = date(2026, 10, 1), date(2026, 11, 3)


def close_all_at_once(organisations: Sequence[Any]) -> list[Exception]:
    """A thread for each of these: close its month, issue its invoice. All begin together; what went wrong comes back."""
    from django.db import connection

    from billing.flows.close_month import close_month
    from billing.flows.issue_invoice import issue
    from billing.models import InvoiceDraft

    together, failed = threading.Barrier(len(organisations)), []

    def close(organisation: Any) -> None:
        try:
            together.wait()
            close_month(MONTH, [organisation])
            issue(InvoiceDraft.objects.get(organisation=organisation), "at once", DAY)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=[one]) for one in organisations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


if __name__ == "__main__":
    import django

    django.setup()
    problems = close_all_at_once([uuid.UUID(one) for one in sys.argv[1:]])
    sys.exit("\n".join(repr(problem) for problem in problems) or 0)
