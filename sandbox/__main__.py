"""``python -m sandbox --port 8001 --smtp-port 8025 --dir var/sandbox``"""

from __future__ import annotations

import argparse
import os


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The provider, played.")
    parser.add_argument("--host", default=os.environ.get("SANDBOX_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("SANDBOX_PORT", "8001")))
    parser.add_argument("--smtp-port", type=int, default=int(os.environ.get("SANDBOX_SMTP_PORT", "8025")))
    parser.add_argument("--dir", default=os.environ.get("SANDBOX_DIR", "var/sandbox"))
    parser.add_argument("--url", default=os.environ.get("SANDBOX_URL"), help="where browsers reach it")
    return parser.parse_args()


def main() -> None:
    """Serve until told to stop."""
    arguments = _arguments()
    os.environ["SANDBOX_PORT"] = str(arguments.port)
    os.environ["SANDBOX_SMTP_PORT"] = str(arguments.smtp_port)
    os.environ["SANDBOX_DIR"] = arguments.dir
    if arguments.url:
        os.environ["SANDBOX_URL"] = arguments.url
    # The portal's settings may stand in the same environment.
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"

    import django

    django.setup()
    from .server import serve

    serve(arguments.host, arguments.port, arguments.smtp_port)


if __name__ == "__main__":
    main()
