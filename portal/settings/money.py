"""Customers' money: when credit counts as low, and who takes cards."""

from decimal import Decimal

from .environment import DEBUG, env
from .provider import PROVIDER

# Owners and accountants hear of it once each time that their organisation's credit falls below this, in EUR.
LOW_CREDIT = Decimal(env.str("LOW_CREDIT", default="20.00"))

# Stripe Checkout; without both keys nobody is offered to pay by card. In development the sandbox plays it.
STRIPE_URL: str = env.str("STRIPE_URL", default=PROVIDER["oauth_url"] if DEBUG else "https://api.stripe.com")
STRIPE_SECRET_KEY: str = env.str("STRIPE_SECRET_KEY", default="sk_test_sandbox" if DEBUG else "")
STRIPE_WEBHOOK_SECRET: str = env.str("STRIPE_WEBHOOK_SECRET", default="whsec_sandbox" if DEBUG else "")
# Where its payment pages are: a form of ours leads there (CSP form-action).
STRIPE_ORIGINS: list[str] = env.list(
    "STRIPE_ORIGINS", default=[STRIPE_URL] if DEBUG else ["https://checkout.stripe.com"]
)
# The least and the most of one top-up by card, in EUR.
CARD_LEAST, CARD_MOST = 10, 5000
