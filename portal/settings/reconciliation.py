"""How our purchases are compared with the provider's books."""

from datetime import timedelta

from .environment import env

RECONCILIATION_EVERY = timedelta(days=1)
# How long a line, or a daily count, may take to show before it counts as missing.
RECONCILIATION_GRACE = timedelta(minutes=env.int("RECONCILIATION_GRACE_MINUTES", default=60))
# How much later than its purchase's answer a line may be dated. The contract says nothing of when money is taken; at
# completion instead of creation would be days.
RECONCILIATION_LINE_DELAY = timedelta(seconds=env.int("RECONCILIATION_LINE_SECONDS", default=0))
# A line that comes later than this is another one.
RECONCILIATION_LATE_WITHIN = timedelta(days=env.int("RECONCILIATION_LATE_DAYS", default=31))
# How far back lines and counts are read again at each reading.
RECONCILIATION_LOOK_BACK = timedelta(days=env.int("RECONCILIATION_LOOK_BACK_DAYS", default=3))
# Whether a request out of a subscription also shows as a line in the wallet, at the subscription's price.
PROVIDER_REQUESTS_HAVE_LINES: bool = env.bool("PROVIDER_REQUESTS_HAVE_LINES", default=False)
