"""The Celery application. PostgreSQL is the queue; Celery carries it out."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returns_mgmt.settings")

app = Celery("returns_mgmt", fixups=["returns_mgmt.fixup:fixup"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
