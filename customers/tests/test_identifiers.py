"""The vectors of the Italian tax codes and of VAT numbers, good and bad."""

import pytest
from django.core.exceptions import ValidationError

from customers import identifiers
from customers.contacts import mobile_number

PEOPLE = """
RSSMRA85C15H501R RSSMRA85C15H50MJ RSSMRA85C15H5LMU RSSMRA85C15HRLMP RSSMRAURCMRHRLME RSSMRAU5C15H501O
BNCMLS90T41F205K FOXLAX00B29F839D DNGNCL78M08L219I DLCNNA99R71G273W SPSGFR50P23F839S AIEIOE66S51Z404S
MLLJGN70E05Z112K BRNSNE88L04Z116E HUXYIX95A49Z210E LUXWEI92H30Z210I LUEWEI92H30Z210S SNGXXX90L15Z222F
KVCZJK75D12Z118I CSSBRN35E20D620Y BNCDAA80B42H579U BNCDAA19B42M403Q VRDBOX00A01L736N
""".split()


def with_check(first_fifteen):
    """The code with the check character that makes only its date or letters wrong."""
    from stdnum.it.codicefiscale import calc_check_digit

    return first_fifteen + calc_check_digit(first_fifteen)


@pytest.mark.parametrize("code", PEOPLE)
def test_a_persons_code_is_taken(code):
    assert identifiers.codice_fiscale_of_person(code) == code
    assert identifiers.codice_fiscale(code) == code


def test_a_persons_code_is_kept_in_capitals_without_spaces():
    assert identifiers.codice_fiscale(" rss mra 85c15 h501r ") == "RSSMRA85C15H501R"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("RSSMRA85C15H501Q", "check"),
        ("RSSMRA85C15H501", "length"),
        ("RSSMRA85C75H501X", "shape"),
        (with_check("RSSMRA85C00H501"), "shape"),
        (with_check("RSSMRA85B30H501"), "shape"),
        (with_check("RSSMRA85B29H501"), "shape"),
        (with_check("RSSMRA85C81H501"), "shape"),
        (with_check("RSSMRA85CUMH501"), "shape"),
        (with_check("RSSMRA85F15H501"), "shape"),
        ("RSSMRA85C15H50!R", "shape"),
        ("", "length"),
    ],
)
def test_a_persons_wrong_code_is_refused_with_its_reason(code, reason):
    with pytest.raises(ValidationError) as caught:
        identifiers.codice_fiscale_of_person(code)
    assert caught.value.code == reason


@pytest.mark.parametrize("code", ["80078750587", "97103880585", "00743110157"])
def test_an_entitys_code_has_eleven_digits(code):
    assert identifiers.codice_fiscale(code) == code
    with pytest.raises(ValidationError):
        identifiers.codice_fiscale_of_person(code)


@pytest.mark.parametrize("number", ["00743110157", "06363391001", "07432261001", "02046570426"])
def test_a_partita_iva_is_taken(number):
    assert identifiers.partita_iva(number) == number
    assert identifiers.has_known_office(number)


@pytest.mark.parametrize("typed", ["IT00743110157", "it 007 431 101 57", "00743110157 ", "IT-00743110157"])
def test_a_partita_iva_is_kept_as_eleven_digits(typed):
    assert identifiers.partita_iva(typed) == "00743110157"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("00743110158", "check"),
        ("IT01234567890", "check"),
        ("00000000000", "zero"),
        ("0074311015", "length"),
        ("007431101570", "length"),
        ("0074311015A", "length"),
        ("٠٠٧٤٣١١٠١٥٧", "length"),
    ],
)
def test_a_wrong_partita_iva_is_refused_with_its_reason(number, reason):
    with pytest.raises(ValidationError) as caught:
        identifiers.partita_iva(number)
    assert caught.value.code == reason


def test_an_odd_office_is_taken_and_known_as_odd():
    assert identifiers.partita_iva("12345678903") == "12345678903"
    assert not identifiers.has_known_office("12345678903")


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("FR40303265045", "FR"), ("DE136695976", "DE"), ("ATU13585627", "AT"), ("ESB58378431", "ES"),
        ("IE6433435F", "IE"), ("NL004495445B01", "NL"),
    ],
)  # fmt: skip
def test_an_eu_vat_number_is_taken_with_and_without_its_prefix(number, country):
    assert identifiers.eu_vat_number(number, country) == number
    assert identifiers.eu_vat_number(number.removeprefix(country).lower(), country) == number


def test_a_greek_vat_number_begins_with_el():
    for typed in ("EL094259216", "GR094259216", "094259216"):
        assert identifiers.eu_vat_number(typed, "GR") == "EL094259216"


@pytest.mark.parametrize(
    ("number", "country", "reason"),
    [
        ("DE136695977", "DE", "check"),
        ("DE13669597", "DE", "length"),
        ("FR40303265045", "DE", "check"),
        ("1", "US", "country"),
    ],
)
def test_a_wrong_eu_vat_number_is_refused(number, country, reason):
    with pytest.raises(ValidationError) as caught:
        identifiers.eu_vat_number(number, country)
    assert caught.value.code in {reason, "length"}


def test_a_cap_has_five_digits_and_generic_ones_are_known():
    assert identifiers.italian_postal_code(" 50131 ") == "50131"
    assert identifiers.is_generic_postal_code("00100")
    assert not identifiers.is_generic_postal_code("50131")
    for wrong in ("5013", "501311", "5O131"):
        with pytest.raises(ValidationError):
            identifiers.italian_postal_code(wrong)


def test_a_province_is_one_of_italys():
    assert identifiers.italian_province("fi") == "FI"
    for wrong in ("XX", "Firenze", ""):
        with pytest.raises(ValidationError):
            identifiers.italian_province(wrong)


@pytest.mark.parametrize("code", ["0000000", "XXXXXXX", "m5uxcr1", "KRRH6B9"])
def test_a_recipient_code_has_seven_characters(code):
    assert identifiers.recipient_code(code, is_public_body=False) == code.upper()
    with pytest.raises(ValidationError):
        identifiers.recipient_code(code, is_public_body=True)


def test_a_public_bodys_recipient_code_has_six_characters():
    assert identifiers.recipient_code("ufy9mh", is_public_body=True) == "UFY9MH"
    with pytest.raises(ValidationError):
        identifiers.recipient_code("UFY9MH", is_public_body=False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("333 1234567", "+393331234567"),
        ("0039 347 1234567", "+393471234567"),
        ("+39 334123456", "+39334123456"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+378 66 66 12 12", "+37866661212"),
    ],
)
def test_a_mobile_is_kept_in_e164(typed, kept):
    assert mobile_number(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("3001234567", "phone"), ("+39 39312345678", "phone"), ("06 6982", "landline"), ("hello", "phone"), ("", "phone"),
    ],
)  # fmt: skip
def test_what_gets_no_sms_is_refused(typed, reason):
    with pytest.raises(ValidationError) as caught:
        mobile_number(typed)
    assert caught.value.code == reason
