"""Fingerprints find equal data again, across keys, and tell nobody what the data are."""

import hashlib

from cryptography.fernet import Fernet

from vault import fingerprint, fingerprints

MOBILE = "+393331234567"


def test_equal_texts_have_equal_fingerprints_for_one_purpose_and_no_other():
    assert fingerprint(MOBILE, "mobile") == fingerprint(MOBILE, "mobile")
    assert fingerprint(MOBILE, "mobile") != fingerprint(MOBILE, "email")
    assert fingerprint(MOBILE, "mobile") != fingerprint("+393331234568", "mobile")


def test_nothing_has_no_fingerprint():
    assert fingerprint("", "mobile") == ""
    assert fingerprints("", "mobile") == []


def test_a_fingerprint_is_no_digest_that_could_be_tried_out(settings):
    made = fingerprint(MOBILE, "mobile")
    assert made != hashlib.sha256(MOBILE.encode()).hexdigest()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert fingerprint(MOBILE, "mobile") != made


def test_what_an_earlier_key_made_is_found_while_the_key_is_kept(settings):
    made = fingerprint(MOBILE, "mobile")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert fingerprint(MOBILE, "mobile") != made
    assert made in fingerprints(MOBILE, "mobile")
