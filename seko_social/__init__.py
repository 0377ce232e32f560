"""The site: settings, addresses, the Celery app and the health checks. Nothing imports it."""

from seko_social.celery import app as celery_app

__all__ = ["celery_app"]
