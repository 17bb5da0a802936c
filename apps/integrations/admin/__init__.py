"""Outward: destinations, deliveries, jobs, field mappings. Inward: sync flows and web shops."""

from apps.integrations.admin import (
    deliveries,
    destinations,
    flow_runs,
    flows,
    job_pages,
    mappings,
    messages,
    records,
    shops,
)

__all__ = [
    "deliveries",
    "destinations",
    "flow_runs",
    "flows",
    "job_pages",
    "mappings",
    "messages",
    "records",
    "shops",
]
