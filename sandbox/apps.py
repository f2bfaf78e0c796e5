"""The sandbox's one Django app."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Everything the sandbox keeps."""

    name = "sandbox"
    label = "sandbox"
    verbose_name = "Sandbox"

    def import_models(self) -> None:
        """Those of each subject, beside those of the signatures."""
        super().import_models()
        from .cards import models as cards  # noqa: F401
        from .spid import models as spid  # noqa: F401
