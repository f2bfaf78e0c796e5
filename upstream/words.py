"""The provider's state words in ours. A word that we don't know is UNKNOWN, never a guess."""

from __future__ import annotations

from .port import Generation, ProcedureState, SignerState

_PROCEDURE_WORDS = {
    # Second generation: on paper WAIT_SIGN and WAIT_SIGNER, in the wild WAIT_SIGNERS (contract, section 6.2).
    "WAIT VALIDATION": ProcedureState.PREPARING,
    "WAIT SIGN": ProcedureState.SIGNING,
    "WAIT SIGNER": ProcedureState.SIGNING,
    "WAIT SIGNERS": ProcedureState.SIGNING,
    "DONE": ProcedureState.DONE,
    "ERROR": ProcedureState.FAILED,
    # First generation (contract, section 5.2).
    "CREATED": ProcedureState.PREPARING,
    "STARTED": ProcedureState.SIGNING,
    "FINISHED": ProcedureState.DONE,
    "REQUEST FAILED": ProcedureState.FAILED,
    "FILE VALIDATION FAILED": ProcedureState.FAILED,
}

_SIGNER_WORDS = {
    "NEW": SignerState.WAITING,
    "CREATED": SignerState.WAITING,
    "PENDING": SignerState.WAITING,
    "PROCESSING": SignerState.WAITING,
    "WAIT": SignerState.WAITING,
    "WAITING": SignerState.WAITING,
    "WAIT SIGN": SignerState.WAITING,
    "WAIT SIGNER": SignerState.WAITING,
    "STARTED": SignerState.WAITING,
    "DONE": SignerState.SIGNED,
    "SIGNED": SignerState.SIGNED,
    "FINISHED": SignerState.SIGNED,
}

# No word for decline is documented in the second generation (contract, section 1, fact 10).
_REFUSALS = ("REFUS", "DECLIN", "REJECT")


def _plain(word: str) -> str:
    return " ".join(word.upper().replace("_", " ").replace("-", " ").split())


def procedure_state(word: str, generation: Generation, *, has_links: bool = False) -> ProcedureState:
    """Our state for a procedure's word.

    The first generation hands out links with `created`, and nobody says what makes it `started` [assumed:
    the first signer's visit], so `created` with links already waits for signatures.
    """
    plain = _plain(word)
    if plain == "CREATED" and generation is Generation.FIRMADIGITALE and has_links:
        return ProcedureState.SIGNING
    if plain.startswith(_REFUSALS):
        return ProcedureState.REFUSED
    if plain.startswith("EXPIR"):
        return ProcedureState.EXPIRED
    return _PROCEDURE_WORDS.get(plain, ProcedureState.UNKNOWN)


def signer_state(word: str) -> SignerState:
    """Our state for a signer's word."""
    plain = _plain(word)
    if plain.startswith(_REFUSALS):
        return SignerState.REFUSED
    return _SIGNER_WORDS.get(plain, SignerState.UNKNOWN)
