"""``script/new-env``: the settings of a production portal, with fresh secrets, as ``docker-compose.yml`` reads them."""

from __future__ import annotations

import base64
import secrets
import sys

PRODUCTION = """\
# What only you know: fill in before the first start.
EMAIL_URL=
DEFAULT_FROM_EMAIL=Sigillo <firma@{host}>
# Takes {{"to": "+39…", "text": "…"}} by POST. Without it, holders who are no members cannot open their codes.
SMS_URL=
SMS_KEY=
STAFF_ALERTS=
PROVIDER_EMAIL=
PROVIDER_API_KEY=

# The provider's production. For its test environment: test. before each host, and PROVIDER_TEST_HOSTS=1.
PROVIDER_ESIGNATURE_URL=https://esignature.openapi.com
PROVIDER_FIRMADIGITALE_URL=https://ws.firmadigitale.com
PROVIDER_OAUTH_URL=https://oauth.openapi.com
PROVIDER_TEST_HOSTS=0
"""

# Inside the network of the containers the sandbox is called sandbox; browsers reach it on localhost.
DEMO = """\
# A portal to look at, with known passwords and the sandbox as its provider. Never put it on the internet.
COMPOSE_PROFILES=demo
DEMO=1
EMAIL_URL=smtp://sandbox:8025
SMS_URL=http://sandbox:8001/sms
SMS_KEY=sandbox-sms-key
DEFAULT_FROM_EMAIL=Sigillo <firma@sigillo.example>
PROVIDER_EMAIL=sandbox@sigillo.example
PROVIDER_API_KEY=sandbox-api-key
PROVIDER_ESIGNATURE_URL=http://sandbox:8001
PROVIDER_FIRMADIGITALE_URL=http://sandbox:8001
PROVIDER_OAUTH_URL=http://sandbox:8001
PROVIDER_TEST_HOSTS=1
SIGNING_ORIGINS=http://localhost:8001
SPID_ORIGINS=http://localhost:8001
CALLBACK_URL=http://front:8080
TRUST_ROOTS=/srv/sigillo/var/sandbox/trust
"""


def new_env(host: str) -> str:
    """The text of an ``.env`` for a host, or with ``--demo`` for a portal with the sandbox."""
    is_demo = host == "--demo"
    host = "sigillo.localhost" if is_demo else host
    return f"""\
# Written by script/new-env. Keep a copy of ENCRYPTION_KEYS apart from the backups of the database and the archive:
# without it nobody can read them, and whoever holds it and them can.
PORTAL_HOST={host}
SECRET_KEY={secrets.token_urlsafe(60)}
ENCRYPTION_KEYS={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}
POSTGRES_PASSWORD={secrets.token_hex(24)}

{DEMO if is_demo else PRODUCTION.format(host=host)}"""


if __name__ == "__main__":
    sys.stdout.write(new_env(sys.argv[1]))
