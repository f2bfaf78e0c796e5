"""Closing of months, invoices and their reminders."""

from datetime import timedelta

from .environment import env

# A month is closed only this long after its end: longer than any transaction that could still write into it.
CLOSING_GRACE = timedelta(minutes=env.int("CLOSING_GRACE_MINUTES", default=30))
# On which days from the due day a customer is reminded of an unpaid invoice; before it: negative.
INVOICE_REMINDER_DAYS: list[int] = sorted(env.list("INVOICE_REMINDER_DAYS", cast=int, default=[-3, 7, 21]))
# Folder with the official schema of the e-invoice (Schema_VFPR12_v1.2.3.xsd, xmldsig-core-schema.xsd): where it is
# named, every invoice is held against it before a number is spent, beside our own checks.
FATTURAPA_SCHEMA: str = env.str("FATTURAPA_SCHEMA", default="")
