"""What is sealed opens with our keys, for its own purpose, and unchanged; else not at all."""

import pytest
from cryptography.fernet import Fernet

from vault import SealBroken, digest_of, new_token, open_sealed, seal
from vault.sealing import reseal

SECRET = "https://provider.example/sign/a-secret"


def test_what_was_sealed_comes_back():
    assert open_sealed(seal(SECRET, "signer-link"), "signer-link").decode() == SECRET


def test_bytes_come_back_as_bytes_whatever_is_in_them():
    data = bytes(range(256))
    assert open_sealed(seal(data, "organisation-key"), "organisation-key") == data


def test_nothing_of_the_secret_can_be_read():
    sealed = seal(SECRET, "signer-link")
    assert "provider" not in sealed
    assert seal(SECRET, "signer-link") != sealed


def test_it_opens_for_no_other_purpose():
    with pytest.raises(SealBroken, match="another purpose"):
        open_sealed(seal(SECRET, "signer-link"), "mail")


@pytest.mark.parametrize("broken", ["", "nonsense", "gAAAAA"])
def test_what_we_never_sealed_does_not_open(broken):
    with pytest.raises(SealBroken):
        open_sealed(broken, "mail")


def test_a_changed_seal_does_not_open():
    sealed = seal(SECRET, "mail")
    middle = len(sealed) // 2
    changed = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    with pytest.raises(SealBroken):
        open_sealed(changed, "mail")


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(settings):
    old, new = settings.ENCRYPTION_KEYS, Fernet.generate_key().decode()
    before = seal(SECRET, "mail")
    settings.ENCRYPTION_KEYS = [new, *old]
    after, renewed = seal(SECRET, "mail"), reseal(before)
    assert open_sealed(before, "mail").decode() == SECRET
    settings.ENCRYPTION_KEYS = [new]
    assert open_sealed(after, "mail") == open_sealed(renewed, "mail") == SECRET.encode()
    with pytest.raises(SealBroken):
        open_sealed(before, "mail")


def test_tokens_are_long_different_and_fit_in_an_address():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_of_a_token_only_its_digest_is_kept():
    token = new_token()
    assert digest_of(token) == digest_of(token) != token
    assert len(digest_of(token)) == 64
