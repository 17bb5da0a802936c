"""Wiring only: settings, routes, the Celery app, the WSGI entry point."""

from returns_mgmt.celery import app as celery_app

__all__ = ["celery_app"]
