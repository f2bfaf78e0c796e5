"""How money, products, numbers and times read in the reader's language (template filters)."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_currency, format_decimal
from django import template
from django.utils import timezone, translation

from billing.products import label_of

register = template.Library()


def _locale() -> str:
    return {"en": "en_GB"}.get(translation.get_language() or "it", translation.get_language() or "it")


@register.filter
def money(amount: Decimal | None) -> str:
    """An amount in EUR, to the cent, as the reader writes it."""
    return "" if amount is None else _with_minus(format_currency(amount, "EUR", locale=_locale()))


@register.filter
def unit_money(amount: Decimal | None) -> str:
    """A unit price in EUR: two decimals, and as many more as it really has (up to 8)."""
    if amount is None:
        return ""
    pattern = {"en_GB": "¤#,##0.00######"}.get(_locale(), "#,##0.00######\N{NO-BREAK SPACE}¤")
    return _with_minus(
        format_currency(amount, "EUR", format=pattern, locale=_locale(), currency_digits=False)
    )


def _with_minus(written: str) -> str:
    """A minus is as wide as a figure and never breaks from its number; a hyphen is neither."""
    return written.replace("-", "\N{MINUS SIGN}")


@register.filter
def opposite(amount: Decimal) -> Decimal:
    """What is taken off, as a negative amount; what is negative, as it is."""
    return -amount


@register.filter
def product_label(key: str) -> str:
    """What the product of this key is called."""
    return label_of(key)


@register.filter
def quoted(text: str) -> str:
    """What somebody wrote, in the quotation marks of the reader's language."""
    return translation.gettext("“%(text)s”") % {"text": text}


@register.filter
def colon(label: str) -> str:
    """A label before what it labels: the French put a space before the colon."""
    return translation.gettext("%(label)s:") % {"label": label}


@register.filter
def number(value: int | Decimal | None) -> str:
    """A number with the reader's separators."""
    return "" if value is None else _with_minus(format_decimal(value, locale=_locale()))


@register.filter
def moment(value: datetime | None) -> str:
    """A time in the portal's zone, with the zone's name."""
    if value is None:
        return ""
    zone = get_timezone(timezone.get_current_timezone_name())
    return f"{format_datetime(value, 'd MMM yyyy, HH:mm', tzinfo=zone, locale=_locale())} {zone_name(value)}"


@register.filter
def day(value: date | datetime | None) -> str:
    """A day, written out."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    written = format_date(value, "d\N{NO-BREAK SPACE}MMMM yyyy", locale=_locale())
    # The French say "1er mars", and CLDR does not.
    return f"1er{written[1:]}" if _locale() == "fr" and value.day == 1 else written


@register.filter
def zone_name(value: datetime) -> str:
    """The short name of the portal's zone at that time (CET, CEST)."""
    return timezone.localtime(value).tzname() or ""


@register.filter
def iso(value: datetime | None) -> str:
    """For the ``datetime`` attribute of ``<time>``."""
    return value.isoformat() if value else ""


# What a browser calls itself, and what people call it; the first that is found counts, since most name Chrome and
# Safari beside themselves.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "CrOS": "ChromeOS",
    "Macintosh": "macOS", "Linux": "Linux",
}  # fmt: skip


@register.filter
def browser(user_agent: str) -> str:
    """A browser by the names that people know ("Firefox, Windows"); what calls itself otherwise, as it does."""
    program = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return ", ".join(filter(None, [program, system])) if program else user_agent[:80]
