"""Texts reach an e-invoice in Latin-1, or are refused with the letters that cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.fattura import NotLatin, to_latin


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Caffè Ñandú Müller", "Caffè Ñandú Müller"),
        ("Bottega “Ferri” – l’arte", 'Bottega "Ferri" - l\'arte'),
        ("100 €", "100 EUR"),
        ("Željko Kovač", "Zeljko Kovac"),
        ("Łódź sp. z o.o.", "Lódz sp. z o.o."),
        ("Œuvres de l’Œil", "OEuvres de l'OEil"),
        ("Straße", "Straße"),
        ("Nguyễn", "Nguyên"),
        ("riga\r\nprima\tseconda", "riga prima seconda"),
        ("a\x00b\x07", "a b"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
        ("Cafe\u0301", "Café"),
        ("½ kg", "½ kg"),
        ("ﬁrma", "firma"),
    ],
)
def test_what_latin_has_stays_and_the_rest_is_written_with_it(typed, written):
    assert to_latin(typed) == written


@pytest.mark.parametrize(
    ("typed", "letters"), [("Αθήνα", "Αθηνα"), ("株式会社", "株式会社"), ("ok 🙂", "🙂")]
)
def test_letters_of_another_script_are_named(typed, letters):
    with pytest.raises(NotLatin) as refused:
        to_latin(typed)
    assert refused.value.characters == letters


@given(st.text(max_size=200))
def test_any_text_is_written_in_latin_1_or_refused(text):
    try:
        written = to_latin(text)
    except NotLatin:
        return
    assert written == written.encode("latin-1").decode("latin-1")
    assert not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in written)
    assert to_latin(written) == written
