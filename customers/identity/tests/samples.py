"""People, addresses and documents in which everything agrees, for tests to change one thing of."""

from dataclasses import dataclass, field, replace
from datetime import date

from customers.identity import checks, contact_use, residence
from customers.identity.findings import Finding
from customers.identity.id_documents import IdDocument
from customers.identity.person import Person

TODAY = date(2026, 11, 24)

MARIA = Person(
    tax_code="BNCMLS90T41F205K",
    surname="Bianchi",
    given_name="Maria Luisa",
    sex="F",
    born_on=date(1990, 12, 1),
    birth_place="Milano",
    birth_province="MI",
    birth_country="IT",
)
CARD = IdDocument(
    kind="cie",
    number="CB12345XY",
    issuer="Comune di Milano",
    issued_on=date(2023, 5, 10),
    expires_on=date(2033, 12, 1),
)
CARD_LINES = """C<ITACB12345XY3<<<<<<<<<<<<<<<
9012019F3312016ITA<<<<<<<<<<<6
BIANCHI<<MARIA<LUISA<<<<<<<<<<"""

NICOLO = Person(
    tax_code="DNGNCL78M08L219I",
    surname="D'Angelo",
    given_name="Nicolò",
    sex="M",
    born_on=date(1978, 8, 8),
    birth_place="Torino",
    birth_province="TO",
    birth_country="IT",
)
PASSPORT = IdDocument(
    kind="passport",
    number="YA1234567",
    issuer="Ministero degli Affari Esteri",
    issued_on=date(2021, 1, 2),
    expires_on=date(2031, 1, 1),
)
PASSPORT_LINES = """P<ITADANGELO<<NICOLO<<<<<<<<<<<<<<<<<<<<<<<<
YA12345676ITA7808087M3101012<<<<<<<<<<<<<<04"""
LICENCE = IdDocument(
    kind="driving_licence",
    number="U12345678A",
    issuer="MIT-UCO",
    issued_on=date(2022, 3, 1),
    expires_on=date(2032, 8, 8),
)


class Holders:
    """What an app would answer of contacts."""

    def __init__(self, **tax_codes_by_contact: list[str]) -> None:
        self.known = tax_codes_by_contact

    def of_mobile(self, mobile: str) -> list[str]:
        return self.known.get("mobile", []) if mobile == "+393331234567" else []

    def of_email(self, email: str) -> list[str]:
        return self.known.get("email", []) if email == "maria@example.it" else []


@dataclass(frozen=True)
class Application:
    """All that somebody types on the way to a signature."""

    person: Person = MARIA
    document: IdDocument = CARD
    lines: str = CARD_LINES
    municipality: str = "Firenze"
    province: str = "FI"
    postal_code: str = "50131"
    mobile: str = "333 1234567"
    email: str = "Maria@example.it"
    holders: Holders = field(default_factory=Holders)

    def findings(self) -> list[Finding]:
        return [
            *checks.of_person(self.person, today=TODAY),
            *residence.check(
                municipality=self.municipality, province=self.province, postal_code=self.postal_code, on=TODAY
            ),
            *checks.of_document(self.document, person=self.person, mrz_text=self.lines, today=TODAY),
            *contact_use.check(
                tax_code=self.person.tax_code, mobile=self.mobile, email=self.email, holders=self.holders
            ),
        ]

    def with_(self, **changes: object) -> "Application":
        """The same with other values; what belongs to the person or the document is found by its name."""
        of_person = {name: value for name, value in changes.items() if name in Person.__dataclass_fields__}
        of_document = {
            name.removeprefix("document_"): value
            for name, value in changes.items()
            if name.startswith("document_") or name == "has_no_expiry"
        }
        rest = {k: v for k, v in changes.items() if k in type(self).__dataclass_fields__}
        return replace(
            self,
            **{
                "person": replace(self.person, **of_person),
                "document": replace(self.document, **of_document),
                **rest,
            },
        )


NICOLOS = Application(person=NICOLO, document=PASSPORT, lines=PASSPORT_LINES)
DRIVERS = Application(person=NICOLO, document=LICENCE, lines="")


def named(findings: list[Finding]) -> set[tuple[str, str, str]]:
    """The findings as field, code and severity."""
    return {(finding.field.value, finding.code.value, finding.severity.value) for finding in findings}
