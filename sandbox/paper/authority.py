"""The sandbox's own certificate authority, made at the first start: a root, a service seal, a time stamp.

In reality it is the service that seals (a certificate bears the provider's name, the signer is named in the
signature's dictionary and reason), so that is the default; the knob ``certificate_name`` makes each signer a
certificate of their own instead.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign import signers, timestamps
from pyhanko_certvalidator.registry import SimpleCertificateStore

from .. import clock

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
ORGANISATION = "Sandbox, nothing here is real"
SERVICE = "Sandbox eSignature seal"
_YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def subject(self) -> str:
        """The distinguished name."""
        return self.certificate.subject.rfc4514_string()

    def for_pyhanko(self) -> tuple[asn1_x509.Certificate, asn1_keys.PrivateKeyInfo]:
        """Both in the shape that pyHanko takes."""
        certificate = asn1_x509.Certificate.load(self.certificate.public_bytes(serialization.Encoding.DER))
        key = asn1_keys.PrivateKeyInfo.load(
            self.key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, key


def _new_key() -> Key:
    # pyHanko reads its keys anew for each signature, and reading an RSA key takes longer than signing with it.
    return ec.generate_private_key(ec.SECP256R1())


def _usage(is_root: bool, is_stamp: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root and not is_stamp,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )


def _issue(
    name: str,
    key: Key,
    issuer: Identity | None = None,
    *,
    is_stamp: bool = False,
    names: tuple[str, str] | None = None,
) -> Identity:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "IT"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
        x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
    ]
    if names:
        attributes.append(x509.NameAttribute(NameOID.GIVEN_NAME, names[0][:64] or "-"))
        attributes.append(x509.NameAttribute(NameOID.SURNAME, names[1][:64] or "-"))
    subject = x509.Name(attributes)
    began = datetime.now(UTC) - timedelta(days=1)
    parent = issuer.key.public_key() if issuer else key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + _YEARS)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(parent), critical=False)
        .add_extension(_usage(issuer is None, is_stamp), critical=True)
    )
    if is_stamp:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return Identity(certificate, key)


class TimeStamper(timestamps.DummyTimeStamper):
    """Stamps with the sandbox's time. One for all signatures: it remembers how long its answers are."""

    @property
    def fixed_dt(self) -> datetime:
        """The moment that is stamped."""
        return clock.now()

    @fixed_dt.setter
    def fixed_dt(self, value: datetime | None) -> None:
        """Whatever the library sets: the clock goes on."""


class Authority:
    """The test CA with all that signs."""

    def __init__(self, root: Identity, service: Identity, stamp: Identity) -> None:
        self.root, self.service, self.stamp = root, service, stamp
        self._chain = SimpleCertificateStore.from_certs([root.for_pyhanko()[0]])
        certificate, key = stamp.for_pyhanko()
        self.timestamper = TimeStamper(certificate, key, certs_to_embed=self._chain)
        """The local time-stamping authority."""

    def identity_for(self, name: str, surname: str, *, is_personal: bool) -> Identity:
        """Who signs for a signer: the service, or a certificate in the signer's own name."""
        if not is_personal:
            return self.service
        return _issue(f"{name} {surname}".strip(), _new_key(), self.root, names=(name, surname))

    def signer(self, identity: Identity) -> signers.SimpleSigner:
        """A pyHanko signer that embeds the chain."""
        certificate, key = identity.for_pyhanko()
        return signers.SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=self._chain)


def _save(folder: Path, name: str, identity: Identity) -> None:
    key = identity.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key + identity.pem)


def _load(folder: Path, name: str) -> Identity | None:
    path = folder / f"{name}.pem"
    if not path.exists():
        return None
    data = path.read_bytes()
    key = serialization.load_pem_private_key(data, None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} holds another kind of key")
    return Identity(x509.load_pem_x509_certificate(data), key)


def open_authority(directory: Path) -> Authority:
    """The authority kept in this directory, made when there is none; its root is put into ``trust/``."""
    folder, trust = directory / "ca", directory / "trust"
    folder.mkdir(parents=True, exist_ok=True)
    trust.mkdir(parents=True, exist_ok=True)
    root = _load(folder, "root")
    service, stamp = _load(folder, "service"), _load(folder, "stamp")
    if root is None or service is None or stamp is None:
        root = _issue("Sandbox test root", _new_key())
        service = _issue(SERVICE, _new_key(), root)
        # pyHanko's own time stamper knows RSA only.
        stamp = _issue("Sandbox time stamps", rsa.generate_private_key(65537, 2048), root, is_stamp=True)
        for name, identity in {"service": service, "stamp": stamp, "root": root}.items():
            _save(folder, name, identity)
    (trust / "sandbox-root.pem").write_bytes(root.pem)
    return Authority(root, service, stamp)
