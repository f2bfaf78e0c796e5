"""The site itself: the composition root that all other apps are plugged into."""

from .celery import app as celery_app

__all__ = ["celery_app"]
