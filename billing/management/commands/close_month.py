from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.flows.close_month import MonthIsOpen, close_month
from billing.flows.fault_texts import sentence_of
from billing.flows.issue_invoice import NotReady, issue, send_back
from billing.flows.terms import is_late
from billing.models import InvoiceDraft
from billing.periods import Period


class Command(BaseCommand):
    help = "Close a month: statements, and drafts of invoices. Safe to run again."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "month", nargs="?", type=_month, help="such as 2026-10; the month before this one by default"
        )
        parser.add_argument("--issue", action="store_true", help="issue the month's drafts as well")

    def handle(self, *args: Any, **options: Any) -> None:
        month: date | None = options["month"]
        first = Period.month_of(month).first if month else Period.last_month().first
        try:
            closed = close_month(first)
        except MonthIsOpen as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{first:%Y-%m}: {closed.statements} statements, {closed.drafts} drafts")
        if options["issue"] and not self._issue_all(first):
            raise CommandError("Not everything could be issued.")

    def _issue_all(self, month: date) -> bool:
        """Issue the month's drafts, one after the other. False if one could not be: it says why, and stays a draft."""
        drafts = InvoiceDraft.objects.undecided().filter(statement__month=month)
        issued, refused, late = 0, 0, 0
        for draft in drafts.select_related("organisation", "statement").order_by("statement__number"):
            try:
                issue(draft, "close_month --issue")
                issued += 1
                late += is_late(draft)
            except NotReady as error:
                send_back(draft, error.faults)
                refused += 1
                for fault in error.faults:
                    self.stderr.write(f"{draft.organisation}: {sentence_of(fault)}")
        self.stdout.write(f"{issued} issued, {refused} refused" + (f"; late: {late}" if late else ""))
        return not refused


def _month(text: str) -> date:
    return datetime.strptime(text, "%Y-%m").date()
