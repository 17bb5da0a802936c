"""The settings of a destination's kind, and its credentials: judged and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from apps.integrations.gateways import connector_for
from apps.integrations.models import Destination


def config_problems(kind: str, config: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings of a kind; those that are `Complaint` say of which."""
    return connector_for(kind).check(config)


def check_config(kind: str, config: Any) -> None:
    """ValidationError, by field, when the connector could not work with these settings."""
    if not isinstance(config, dict):
        raise ValidationError({"config": "It has to be a JSON object."})
    if wrong := config_problems(kind, config):
        raise ValidationError({"config": list(map(str, wrong))})


def credential_names(destination: Destination) -> list[str]:
    """Which credentials are there; never what they are. UnreadableSecret when the key is gone."""
    return sorted(json.loads(destination.credentials or "{}"))


def put_credentials(
    destination: Destination, credentials: Mapping[str, str], now: datetime
) -> None:
    """Replaces what is named; an empty text takes one away. Does not save."""
    kept = {**json.loads(destination.credentials or "{}"), **credentials}
    left = {name: value for name, value in kept.items() if value}
    destination.credentials = json.dumps(left) if left else None
    destination.credentials_set_at = now if left else None
