from apps.integrations.models.deliveries import Attempt, Call, Delivery, FeedReader
from apps.integrations.models.destinations import (
    Destination,
    DestinationHealth,
    WebhookSecret,
    validate_address,
)
from apps.integrations.models.flows import RejectedRecord, SyncFlow, SyncRun, SyncState
from apps.integrations.models.jobs import Job
from apps.integrations.models.mappings import Mapping, MappingVersion
from apps.integrations.models.shops import (
    InboundMessage,
    WebShop,
    WebShopHealth,
    WebShopSecret,
)

__all__ = [
    "Attempt",
    "Call",
    "Delivery",
    "Destination",
    "DestinationHealth",
    "FeedReader",
    "InboundMessage",
    "Job",
    "Mapping",
    "MappingVersion",
    "RejectedRecord",
    "SyncFlow",
    "SyncRun",
    "SyncState",
    "WebShop",
    "WebShopHealth",
    "WebShopSecret",
    "WebhookSecret",
    "validate_address",
]
