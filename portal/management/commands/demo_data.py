from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import demo


class Command(BaseCommand):
    help = "Make demo people, a demo organisation and its price; safe to run again."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--code", action="store_true", help="print staff's present one-time code and stop"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["code"]:
            self.stdout.write(demo.staff_code())
            return
        try:
            demo.fill()
        except demo.DemoRefused as error:
            raise CommandError(str(error)) from error
        document = demo.write_contract(settings.VAR_DIR / "demo")
        self.stdout.write(f"Password of all: {demo.PASSWORD}")
        for email, name, role in demo.MEMBERS:
            self.stdout.write(f"{role.value:11} {email:28} {name}")
        self.stdout.write(
            f"{'staff':11} {demo.STAFF[0]:28} second factor: script/manage demo_data --code "
            f"(or the key {demo.STAFF_TOTP_SECRET} in an authenticator app)"
        )
        self.stdout.write(f"A document to try with: {document.relative_to(settings.BASE_DIR)}")
