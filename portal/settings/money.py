"""Customers' money: when credit counts as low."""

from decimal import Decimal

from .environment import env

# Owners and accountants hear of it once each time that their organisation's credit falls below this, in EUR.
LOW_CREDIT = Decimal(env.str("LOW_CREDIT", default="20.00"))
