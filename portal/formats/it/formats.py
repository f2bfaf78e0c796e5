"""How Django itself writes dates and times (staff's pages): short, and with the zone's name."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j b Y, H:i T"
