from apps.integrations.models.deliveries import Attempt, Call, Delivery, FeedReader
from apps.integrations.models.destinations import (
    Destination,
    DestinationHealth,
    WebhookSecret,
    validate_address,
)
from apps.integrations.models.jobs import Job
from apps.integrations.models.mappings import Mapping, MappingVersion

__all__ = [
    "Attempt",
    "Call",
    "Delivery",
    "Destination",
    "DestinationHealth",
    "FeedReader",
    "Job",
    "Mapping",
    "MappingVersion",
    "WebhookSecret",
    "validate_address",
]
