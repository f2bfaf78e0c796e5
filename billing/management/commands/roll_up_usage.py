"""Make usage by the day anew from the facts, or only prove that it agrees with them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.flows.roll_up import differences, organisations_with_usage, rebuild


class Command(BaseCommand):
    help = "Makes usage by the day anew from the facts. Safe at any time; with --check it only compares."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail where they differ")

    def handle(self, *args: Any, **options: Any) -> None:
        known = organisations_with_usage()
        if options["check"]:
            count = sum(len(list(differences(organisation))) for organisation in known)
            if count:
                raise CommandError(f"{count} days differ from the facts")
            self.stdout.write(f"{len(known)} organisations agree with their facts")
            return
        rows = sum(rebuild(organisation) for organisation in known)
        self.stdout.write(f"{rows} rows for {len(known)} organisations")
