"""The provider's addresses and credentials, and what its contract leaves open."""

from datetime import timedelta

from .application import PORTAL_URL
from .environment import env

PROVIDER = {
    "esignature_url": env.str("PROVIDER_ESIGNATURE_URL", default="http://localhost:8001"),
    "firmadigitale_url": env.str("PROVIDER_FIRMADIGITALE_URL", default="http://localhost:8001"),
    "oauth_url": env.str("PROVIDER_OAUTH_URL", default="http://localhost:8001"),
    "test_hosts": env.bool("PROVIDER_TEST_HOSTS", default=True),
    "email": env.str("PROVIDER_EMAIL", default="sandbox@sigillo.example"),
    "api_key": env.str("PROVIDER_API_KEY", default="sandbox-api-key"),
}
# Generation in which new envelopes are made; each envelope remembers its own.
PROVIDER_GENERATION: str = env.str("PROVIDER_GENERATION", default="esignature")
# Where the provider reaches us with its hints.
CALLBACK_URL: str = env.str("CALLBACK_URL", default=PORTAL_URL).rstrip("/")

# The browser of a signer is led to these origins by a form of ours (CSP form-action).
SIGNING_ORIGINS: list[str] = env.list("SIGNING_ORIGINS", default=[PROVIDER["esignature_url"]])

# The maker's mail with the way to identification is good for so long, then the order is dead (domain, section 0).
IDENTIFICATION_DAYS: int = env.int("IDENTIFICATION_DAYS", default=90)

# How often the provider's catalogue of qualified signatures is read.
CATALOGUE_SYNC_EVERY = timedelta(minutes=env.int("CATALOGUE_SYNC_MINUTES", default=60))

# A purchase that is still being sent after this long has lost its sender.
PURCHASE_STALE_AFTER = timedelta(seconds=env.int("PURCHASE_STALE_SECONDS", default=120))
# A create whose answer was lost may still appear in the provider's list for this long; only after it is
# "not in the list" a proof that nothing was bought.
PURCHASE_SETTLE_AFTER = timedelta(seconds=env.int("PURCHASE_SETTLE_SECONDS", default=180))
# The same for what the provider lists nowhere (SPID): a charge that has not shown after this long is none.
PURCHASE_UNLISTED_AFTER = timedelta(seconds=env.int("PURCHASE_UNLISTED_SECONDS", default=900))
FOLLOW_BATCH: int = env.int("FOLLOW_BATCH", default=500)
FOLLOW_CONCURRENCY: int = env.int("FOLLOW_CONCURRENCY", default=50)
FOLLOW_SECONDS: float = env.float("FOLLOW_SECONDS", default=5.0)
# Our own expiry: the provider documents none (contract, section 1, fact 10).
ENVELOPE_EXPIRY_DAYS: int = env.int("ENVELOPE_EXPIRY_DAYS", default=30)
