"""Second factors: allauth's, with their secrets sealed at rest."""

from allauth.mfa.adapter import DefaultMFAAdapter

from vault import open_sealed, seal

PURPOSE = "second-factor"


class SealedMFAAdapter(DefaultMFAAdapter):
    """allauth keeps TOTP secrets and recovery seeds through these two."""

    def encrypt(self, text: str) -> str:
        return seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text, PURPOSE).decode()
