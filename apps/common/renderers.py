"""JSON out: compact, UTF-8, problem documents under their own media type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer


def to_json(data: Any) -> bytes:
    """The bytes an answer goes out as. Stored by the idempotency layer exactly so."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).encode()


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # RFC 8259: JSON is UTF-8, there is no charset parameter

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else to_json(data)
