"""Destinations and their secrets; deliveries, jobs upon many of them, and field mappings."""

from apps.integrations.admin import deliveries, destinations, job_pages, mappings

__all__ = ["deliveries", "destinations", "job_pages", "mappings"]
