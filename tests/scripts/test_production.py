"""What production is given: secrets without defaults, variables that are documented, logs without secrets."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from script.lib.guards import PRODUCTION
from script.lib.new_env import new_env

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = (ROOT / "docker-compose.yml").read_text()
OPERATION = (ROOT / "docs" / "operation.md").read_text()


@pytest.fixture(scope="module")
def web_server() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gunicorn_conf", ROOT / "deploy" / "gunicorn.conf.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/s/Zm9vYmFyYmF6cXV4Zm9vYmFy/document.pdf", "/s/***/document.pdf"),
        ("/hints/Zm9vYmFyYmF6cXV4Zm9vYmFy/", "/hints/***/"),
        ("/organisation/join/Zm9vYmFyYmF6cXV4Zm9v_-y/", "/organisation/join/***/"),
        ("/accounts/confirm-email/MQ:1tEst0:Zm9vYmFyYmF6cXV4Zm9vYmFy/", "/accounts/confirm-email/***/"),
        ("/accounts/password/reset/key/1-cb8s2e-0123456789abcdef01/", "/accounts/password/reset/key/***/"),
        (
            "/envelopes/0b6dbd57-4b0a-4a44-9d3f-9a2f0d5c7a11/",
            "/envelopes/0b6dbd57-4b0a-4a44-9d3f-9a2f0d5c7a11/",
        ),
        ("/static/css/sigillo.0123456789ab.css", "/static/css/sigillo.0123456789ab.css"),
        ("/organisation/members/12/role/", "/organisation/members/12/role/"),
    ],
)
def test_addresses_that_open_doors_are_not_logged(web_server: ModuleType, path: str, logged: str) -> None:
    assert web_server.without_secrets(path) == logged


def test_every_variable_of_the_settings_is_documented() -> None:
    settings = "".join(path.read_text() for path in (ROOT / "portal" / "settings").glob("*.py"))
    names = set(re.findall(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"", settings))
    assert len(names) > 20
    assert sorted(name for name in names if f"`{name}`" not in OPERATION) == []


def test_every_variable_of_the_compose_file_is_documented() -> None:
    names = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE)) | set(
        re.findall(r"^ {4}([A-Z0-9_]+):$", COMPOSE, re.M)
    )
    assert sorted(name for name in names if f"`{name}`" not in OPERATION) == []


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "ENCRYPTION_KEYS", "POSTGRES_PASSWORD", "PROVIDER_API_KEY", "EMAIL_URL", "PORTAL_HOST"],
)
def test_nothing_starts_without_its_secrets(name: str) -> None:
    assert f"${{{name}:?" in COMPOSE
    assert f"${{{name}:-" not in COMPOSE


def test_a_new_env_has_its_own_secrets_and_its_host() -> None:
    first, second = _variables("portal.example"), _variables("portal.example")
    assert first["PORTAL_HOST"] == "portal.example"
    assert first["DEFAULT_FROM_EMAIL"].endswith("<firma@portal.example>")
    assert not {first[name] for name in SECRETS} & {second[name] for name in SECRETS}


def test_the_settings_accept_a_new_env_of_the_demo() -> None:
    """Django's own check of production settings finds nothing to say."""
    variables = _variables("--demo")
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        **variables,
        "DEBUG": "0",
        "DATABASE_URL": "sqlite:///:memory:",
        "PORTAL_URL": f"https://{variables['PORTAL_HOST']}",
        "ALLOWED_HOSTS": variables["PORTAL_HOST"],
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def start(**changes: str) -> "subprocess.CompletedProcess[str]":
    """Read the settings as production would, with these variables changed."""
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [
        sys.executable,
        "-c",
        "import portal.settings as s; print(s.DEBUG, getattr(s, 'SECURE_PROXY_SSL_HEADER', ''))",
    ]
    return subprocess.run(
        command, cwd=ROOT, env={**environment, **PRODUCTION, **changes}, capture_output=True, text=True
    )


def test_production_starts_with_what_it_must_be_given() -> None:
    assert start().stdout.strip() == "False", start().stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SECRET_KEY", "", "SECRET_KEY and ENCRYPTION_KEYS must be set"),
        ("SECRET_KEY", "short", "SECRET_KEY is too weak"),
        ("SECRET_KEY", "django-insecure-" + "x" * 60, "SECRET_KEY is too weak"),
        ("ENCRYPTION_KEYS", "", "SECRET_KEY and ENCRYPTION_KEYS must be set"),
        ("ENCRYPTION_KEYS", "no-key", "no Fernet key"),
        ("ENCRYPTION_KEYS", PRODUCTION["ENCRYPTION_KEYS"] + ",x", "no Fernet key"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS must name"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name"),
        ("PORTAL_URL", "http://sigillo.example", "PORTAL_URL must be an https:// address"),
        ("PROVIDER_API_KEY", "sandbox-api-key", "PROVIDER_API_KEY is the sandbox's"),
        ("PROVIDER_ESIGNATURE_URL", "http://localhost:8001", "PROVIDER_ESIGNATURE_URL must be https"),
        (
            "PROVIDER_FIRMADIGITALE_URL",
            "http://signature.example",
            "PROVIDER_FIRMADIGITALE_URL must be https",
        ),
        ("PROVIDER_OAUTH_URL", "http://signature.example", "PROVIDER_OAUTH_URL must be https"),
    ],
)
def test_production_refuses_to_start_on_what_is_unsafe(name: str, value: str, told: str) -> None:
    result = start(**{name: value})
    assert result.returncode != 0
    assert told in result.stderr


def test_a_claim_of_https_is_believed_only_behind_a_proxy_of_ours() -> None:
    assert "FORWARDED_PROTO" not in start().stdout
    assert "FORWARDED_PROTO" in start(TRUSTED_PROXIES="1").stdout


SECRETS = ("SECRET_KEY", "ENCRYPTION_KEYS", "POSTGRES_PASSWORD")


def _variables(host: str) -> dict[str, str]:
    lines = [line for line in new_env(host).splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
