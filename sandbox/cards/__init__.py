"""The card processor, played: the two calls of Stripe Checkout that the portal uses, and the page where one pays."""
