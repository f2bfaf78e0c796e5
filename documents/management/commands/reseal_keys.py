"""Seal every organisation's file key again, with the newest of ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from documents.models import OrganisationKey
from vault.sealing import reseal


class Command(BaseCommand):
    help = (
        "Seals the organisations' file keys with the first of ENCRYPTION_KEYS. Run it after a new key was put in "
        "front, and before an old one is taken away. Files themselves are not touched."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        renewed = 0
        for held in OrganisationKey.objects.iterator():
            renewed += OrganisationKey.objects.filter(pk=held.pk, sealed_key=held.sealed_key).update(
                sealed_key=reseal(held.sealed_key)
            )
        if options["verbosity"]:
            self.stdout.write(f"{renewed} keys sealed anew.")
