"""A file in a digital signature (CAdES, ``.p7m``): what is inside, whose signature it is, and whether it holds.

A broken or hostile file never raises anything but ``NotSigned``. Checked without the network.
"""

import asyncio
import base64
import binascii
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from asn1crypto import cms
from pyhanko.sign.validation import async_validate_cms_signature

from .chains import judging_by
from .validation import common_name, trust_roots

log = logging.getLogger(__name__)
PEM_HEAD = b"-----BEGIN"
# An envelope in an envelope in an envelope …: people countersign, but not like that.
DEEPEST = 5


class NotSigned(Exception):
    """This is no file in a digital signature, or it holds nothing."""


@dataclass(frozen=True)
class SignedFile:
    """What was signed. ``signers`` from the outermost envelope inwards; ``problem`` is empty where all of them hold."""

    content: bytes
    signers: Sequence[str]
    is_intact: bool
    is_trusted: bool
    problem: str = ""


def open_signed(data: bytes) -> SignedFile:
    """Open a ``.p7m``, DER or base64, also several around each other. Raises ``NotSigned``."""
    signers: list[str] = []
    is_intact = is_trusted = True
    problem = ""
    for _depth in range(DEEPEST):
        content, signer, is_good, is_known = _opened(data)
        signers.append(signer)
        is_intact, is_trusted = is_intact and is_good, is_trusted and is_known
        problem = problem or ("" if is_good else f"the signature of {signer or 'somebody'} does not hold")
        if not looks_signed(content):
            return SignedFile(content, signers, is_intact, is_trusted, problem)
        data = content
    raise NotSigned("too many envelopes")


def looks_signed(data: bytes) -> bool:
    """Whether this can be a signed file at all: a DER sequence, or such a one in base64."""
    return _der(data)[:1] == b"\x30"


def _der(data: bytes) -> bytes:
    """The bytes behind base64 and PEM, which many programs write."""
    if data[:1] == b"\x30" and data[1:2] >= b"\x80":
        return data
    text = data
    if data.lstrip().startswith(PEM_HEAD):
        text = b"".join(line for line in data.splitlines() if not line.startswith(b"-----"))
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _opened(data: bytes) -> tuple[bytes, str, bool, bool]:
    """Content, signer, whether the signature holds, and whether its authority is one that we trust."""
    try:
        info = cms.ContentInfo.load(_der(data), strict=True)
        if info["content_type"].native != "signed_data":
            raise NotSigned("not signed data")
        signed: cms.SignedData = info["content"]
        content = signed["encap_content_info"]["content"].native
    except NotSigned:
        raise
    except Exception as error:  # a hostile file may raise anything here
        raise NotSigned(type(error).__name__) from error
    if not isinstance(content, bytes) or not content:
        raise NotSigned("nothing inside")
    return content, *_checked(signed)


def _checked(signed: cms.SignedData) -> tuple[str, bool, bool]:
    context = judging_by(list(trust_roots()))
    try:
        # A loop may be running in this thread already.
        with ThreadPoolExecutor(max_workers=1) as aside:
            status = aside.submit(
                lambda: asyncio.run(async_validate_cms_signature(signed, validation_context=context))
            ).result()
    except Exception as error:  # see open_signed()
        log.info("signed file cannot be checked: %s: %s", type(error).__name__, error)
        return "", False, False
    return common_name(status.signing_cert), bool(status.intact and status.valid), bool(status.trusted)
