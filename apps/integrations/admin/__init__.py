"""Destinations and their secrets."""

from apps.integrations.admin import destinations

__all__ = ["destinations"]
