"""The countries of the world by their two letters (ISO 3166-1), named in the reader's language."""

from babel import Locale
from django.utils import translation

# Babel's list of territories also holds continents and groups of countries: these are the 249 of ISO 3166-1.
CODES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)
# Kosovo has a catastal code of its own (Z160) and no letters in ISO 3166-1; the EU writes XK.
OF_PEOPLE = CODES | {"XK"}
EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())


def name_of(code: str) -> str:
    """A country's name in the current language; its letters where the name is not known."""
    return _names().get(code, code)


def choices(codes: frozenset[str] = CODES) -> list[tuple[str, str]]:
    """All countries for a select, Italy first, then by name."""
    names = _names()
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda c: (c[0] != "IT", c[1]))


def choices_for_people() -> list[tuple[str, str]]:
    """The same for where people were born and live."""
    return choices(OF_PEOPLE)


def _names() -> dict[str, str]:
    names: dict[str, str] = dict(Locale.parse(translation.get_language() or "it", sep="-").territories)
    return names
