"""Sessions at rest: sealed, since they hold what is on its way between two pages."""

from typing import Any

from django.contrib.sessions.serializers import JSONSerializer

from vault import open_sealed, seal

PURPOSE = "session"


class SealedSerializer:
    """Django signs what a session holds, and anybody can read what is signed.

    Among it are a signer's token, the secret of a second factor that is being set up, the key to a new password.
    """

    def dumps(self, session: dict[str, Any]) -> bytes:
        return seal(JSONSerializer().dumps(session), PURPOSE).encode()

    def loads(self, sealed: bytes) -> dict[str, Any]:
        content: dict[str, Any] = JSONSerializer().loads(open_sealed(sealed.decode(), PURPOSE))
        return content
