"""Structured log lines: one JSON object each, with the request id, and never a card number."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from apps.common.cards import scrub_card_numbers


class ScrubCards(logging.Filter):
    """Replaces card numbers in the finished message, whoever logged it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub_card_numbers(record.getMessage()), ()
        return True


class JSONFormatter(logging.Formatter):
    """`{"at", "level", "logger", "message", "request_id"?, "error"?}`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", None):
            line["request_id"] = request_id
        if record.exc_info:
            line["error"] = scrub_card_numbers(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
