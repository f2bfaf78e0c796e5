"""Chains of certificates from a signer up to an authority, of which a hostile file offers endlessly many.

A signature brings certificates along, and each of them names its issuer by name alone. Where many bear the same two
names, each set of them is a chain to be tried: a dozen in a file of 5 KB take hours. People's chains are short, and an
authority has one certificate of a name, or two while it changes its key.
"""

from asn1crypto import x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import CertificateRegistry

MOST, MOST_OF_A_NAME = 16, 2


class _Bounded(CertificateRegistry):
    """Takes in so many certificates and no more, once it is shut; what is trusted came before."""

    def __init__(self) -> None:
        super().__init__()
        self.is_shut = False
        self.names: list[str] = []

    def register(self, cert: x509.Certificate) -> bool:
        if not self.is_shut:
            return super().register(cert)
        name = cert.subject.hashable
        if len(self.names) >= MOST or self.names.count(name) >= MOST_OF_A_NAME or not super().register(cert):
            return False
        self.names.append(name)
        return True


def judging_by(roots: list[x509.Certificate]) -> ValidationContext:
    """What to judge one signature by: these authorities, without the network, and no more chains than people have.

    A new one for each question: pyHanko remembers in it what it has seen.
    """
    registry = _Bounded()
    context = ValidationContext(trust_roots=roots, allow_fetching=False, certificate_registry=registry)
    # Whatever comes from here on comes out of the foreign file.
    registry.is_shut = True
    return context
