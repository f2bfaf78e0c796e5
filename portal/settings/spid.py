"""SPID: where vouchers lead, and how long people's data are kept."""

from datetime import timedelta

from .environment import env
from .provider import PROVIDER

# Origins of the identity provider's page, to which a holder's browser may be led (CSP form-action): the one that the
# provider's API description shows, and the sandbox's.
SPID_ORIGINS: list[str] = env.list(
    "SPID_ORIGINS", default=["https://onboarding.namirialtsp.com", PROVIDER["firmadigitale_url"]]
)
# Drafts that were never ordered.
SPID_DRAFT_RETENTION = timedelta(days=env.int("SPID_DRAFT_DAYS", default=7))
# People whose activation is over.
SPID_ERASE_AFTER = timedelta(days=env.int("SPID_ERASE_DAYS", default=90))
