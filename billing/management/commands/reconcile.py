from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.flows.reconcile import run
from billing.models import Difference
from upstream import ProviderError


class Command(BaseCommand):
    help = (
        "Reads the provider's books and compares them with our purchases, as the beat does each night. Safe at any "
        "time and as often as you like. Ends with status 1 when the books cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-read", action="store_true", help="compare what was read before, without asking the provider"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = run.compare_books() if options["no_read"] else run.reconcile()
        except ProviderError as error:
            raise CommandError(f"the provider's books could not be read: {error}") from error
        if done is None:
            self.stdout.write("Nothing to compare yet.")
            return
        self.stdout.write(
            f"Judged until {done.until:%Y-%m-%d %H:%M} UTC: {done.explained} purchases found, "
            f"{Difference.objects.open().count()} differences open."
        )
