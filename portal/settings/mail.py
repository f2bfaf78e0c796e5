"""Outgoing mail and SMS: SMTP and a gateway; in the embedded default the sandbox's inbox."""

from email.utils import parseaddr

from .environment import DEBUG, env

vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:8025"))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Sigillo <firma@sigillo.example>")
# Where people write when they need help; shown on the pages.
CONTACT_EMAIL: str = env.str("CONTACT_EMAIL", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where SMS are handed over (docs/operation.md); empty: nothing is sent by SMS.
SMS_URL: str = env.str("SMS_URL", default="http://localhost:8001/sms" if DEBUG else "")
SMS_KEY: str = env.str("SMS_KEY", default="sandbox-sms-key" if DEBUG else "")
# Staff who hear of alarms.
STAFF_ALERTS: list[str] = env.list("STAFF_ALERTS", default=[])
