"""Open every stored file, compare its digest, and list objects that no row names."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from documents.flows.check import damages, orphans
from documents.flows.store import archive
from documents.models import StoredFile


class Command(BaseCommand):
    help = (
        "Opens every file of the archive and compares its digest; lists objects that no row of the register names. "
        "Ends with status 1 when something is damaged or missing. Run it after a restore, and once a month."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--remove-orphans",
            action="store_true",
            help="remove objects that no row names, if older than a day",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        damaged = 0
        for stored, what in damages():
            damaged += 1
            self.stderr.write(
                f"DAMAGED {what} (organisation {stored.organisation_id}, SHA-256 {stored.sha256})"
            )
        left = list(orphans(before=timezone.now() - timedelta(days=1)))
        for name in left:
            if options["remove_orphans"]:
                archive().delete(name)
            self.stdout.write(f"{'removed' if options['remove_orphans'] else 'orphan'} {name}")
        count = StoredFile.objects.present().count()
        self.stdout.write(f"{count} files, {damaged} damaged, {len(left)} objects without a row.")
        if damaged:
            raise CommandError("the archive is damaged: restore the named files from a backup")
