"""The ASGI entry point, for what waits only: one process of it serves thousands."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returns_mgmt.settings")
django.setup()

from apps.streams.application import Application  # noqa: E402 (settings first)

application = Application("returns_mgmt.stream_urls")
