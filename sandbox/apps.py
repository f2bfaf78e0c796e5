"""The sandbox's one Django app."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Everything the sandbox keeps."""

    name = "sandbox"
    label = "sandbox"
    verbose_name = "Sandbox"
