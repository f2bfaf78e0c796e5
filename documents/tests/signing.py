"""PDFs signed with a throw-away authority, and what forgers make of them. Other apps' tests use them too."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import TextStamp, TextStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from documents.tests import samples

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Identity = tuple[x509.Certificate, Key]


@cache
def authority(name: str = "Test Root CA") -> Identity:
    """A root of its own for each name."""
    return _issue(name, None)


@cache
def person(name: str, root: str = "Test Root CA") -> Identity:
    return _issue(name, authority(root))


@cache
def stamper(root: str = "Test Root CA") -> timestamps.DummyTimeStamper:
    """A time stamping service under the authority."""
    certificate, key = _issue("Test TSA", authority(root), is_stamper=True)
    return timestamps.DummyTimeStamper(_asn1(certificate), _asn1_key(key), certs_to_embed=_store(root))


def trust(folder: Path, root: str = "Test Root CA") -> str:
    """A folder for ``TRUST_ROOTS`` in which the authority lies."""
    pem = authority(root)[0].public_bytes(serialization.Encoding.PEM)
    (folder / f"{root.replace(' ', '-')}.pem").write_bytes(pem)
    return str(folder)


def sign(
    data: bytes, name: str, *, root: str = "Test Root CA", is_stamped: bool = False, is_lasting: bool = False
) -> bytes:
    """The PDF with one more visible signature (PAdES); ``is_lasting`` adds validity proof and an archive stamp."""
    certificate, key = person(name, root)
    signer = signers.SimpleSigner(
        signing_cert=_asn1(certificate), signing_key=_asn1_key(key), cert_registry=_store(root)
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    field = f"Signature of {name}"
    fields.append_signature_field(writer, SigFieldSpec(field, box=(36, 36, 200, 81), on_page=0))
    lasting = {
        "validation_context": ValidationContext(trust_roots=[_asn1(authority(root)[0])]),
        "embed_validation_info": True,
        "use_pades_lta": True,
    }
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        **(lasting if is_lasting else {}),
    )
    target = io.BytesIO()
    signers.PdfSigner(
        metadata, signer, timestamper=stamper(root) if is_stamped or is_lasting else None
    ).sign_pdf(writer, output=target)
    return target.getvalue()


@cache
def signed_by_two() -> bytes:
    """A contract with two signatures, the second over the first."""
    return sign(sign(samples.plain(pages=2), "Mario Rossi"), "Giulia Bianchi")


def flipped(data: bytes) -> bytes:
    """One bit of the first page's content changed: every signature must say so."""
    at = data.index(b"stream\n") + 20
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def stamped_after(data: bytes) -> bytes:
    """A revision on top that draws on the first page: what was signed no longer is what is shown."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    TextStamp(writer, TextStampStyle(stamp_text="APPROVED")).apply(0, 200, 400)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def shadowed(data: bytes) -> bytes:
    """A revision on top that swaps the content of the first page: a shadow attack."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    content = writer.root["/Pages"]["/Kids"][0]["/Contents"]
    content._data = b"BT /F1 18 Tf 72 720 Td (You owe 1,000,000 EUR) Tj ET"
    content._encoded_data = None
    writer.update_container(content)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def with_gap(data: bytes) -> bytes:
    """The second signature's range shortened, so that bytes at the end are vouched for by nobody."""
    at = data.rindex(b"/ByteRange")
    start, end = data.index(b"[", at) + 1, data.index(b"]", at)
    numbers = [int(number) for number in data[start:end].split()]
    numbers[3] -= 20
    text = b" ".join(str(number).encode() for number in numbers)
    return data[:start] + text.ljust(end - start) + data[end:]


def _issue(name: str, issuer: Identity | None, is_stamper: bool = False) -> Identity:
    # pyHanko's own stamper knows RSA only.
    key: Key = (
        rsa.generate_private_key(65537, 2048) if is_stamper else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    above, above_key = issuer or (None, key)
    usage = dict.fromkeys(
        ["key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"], False
    )
    now, is_root = datetime.now(UTC), issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above_key.public_key()), False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root,
                content_commitment=not is_root and not is_stamper,
                key_cert_sign=is_root,
                crl_sign=is_root,
                **usage,
            ),
            True,
        )
    )
    if is_stamper:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    return builder.sign(above_key, hashes.SHA256()), key


def _store(root: str) -> SimpleCertificateStore:
    return SimpleCertificateStore.from_certs([_asn1(authority(root)[0])])


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _asn1_key(key: Key) -> asn1_keys.PrivateKeyInfo:
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return asn1_keys.PrivateKeyInfo.load(der)


def enveloped(data: bytes, name: str, *, root: str = "Test Root CA", is_detached: bool = False) -> bytes:
    """The file in a digital signature (CAdES, ``.p7m``); detached, the signature alone."""
    certificate, key = person(name, root)
    signer = signers.SimpleSigner(
        signing_cert=_asn1(certificate), signing_key=_asn1_key(key), cert_registry=_store(root)
    )
    making = signer.async_sign_general_data(
        data, digest_algorithm="sha256", detached=is_detached, use_cades=True
    )
    signed: bytes = asyncio.run(making).dump()
    return signed


def in_a_maze(data: bytes, pairs: int) -> bytes:
    """The file signed by somebody whose chain may go through all of so many pairs of authorities, in any order."""
    key: Key = ec.generate_private_key(ec.SECP256R1())
    pool = SimpleCertificateStore()
    for _ in range(pairs):
        for name, issuer in (("A", "B"), ("B", "A")):
            pool.register(_asn1(_nameless(name, issuer, key)))
    ours = _nameless("Mario Rossi", "A", key, is_authority=False)
    signer = signers.SimpleSigner(signing_cert=_asn1(ours), signing_key=_asn1_key(key), cert_registry=pool)
    signed: bytes = asyncio.run(
        signer.async_sign_general_data(data, digest_algorithm="sha256", detached=False, use_cades=True)
    ).dump()
    return signed


def _nameless(name: str, issuer: str, key: Key, *, is_authority: bool = True) -> x509.Certificate:
    """A certificate whose issuer is known by name alone."""
    now = datetime.now(UTC)
    named = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, issuer)]
    return (
        x509.CertificateBuilder(subject_name=named[0], issuer_name=named[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
