"""Keyset paging: no offsets, no counts, and a `next` that stays right while rows are added."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from apps.common.errors import Invalid


class CursorInvalid(Invalid):
    code = "cursor-invalid"


def encode_cursor(at: datetime, pk: UUID) -> str:
    raw = json.dumps([at.isoformat(), str(pk)]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, pk = json.loads(raw)
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(pk)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise CursorInvalid("Follow `next` as it was given.") from error


def newest_first(
    rows: QuerySet[Any], *, field: str, cursor: str | None, limit: int
) -> tuple[list[Any], str | None]:
    """One page by (`field`, id) descending, and the cursor of the page behind it, if there is one."""
    if cursor:
        at, pk = decode_cursor(cursor)
        rows = rows.filter(Q(**{f"{field}__lt": at}) | Q(**{field: at, "pk__lt": pk}))
    page = list(rows.order_by(f"-{field}", "-pk")[: limit + 1])
    if len(page) <= limit:
        return page, None
    last = page[limit - 1]
    return page[:limit], encode_cursor(getattr(last, field), last.pk)


def next_url(request: Request, cursor: str | None) -> str | None:
    """The address of the next page: the same query, with the cursor."""
    if cursor is None:
        return None
    query = {**request.query_params.dict(), "cursor": cursor}
    return f"{settings.PUBLIC_URL}{request.path}?{urlencode(query)}"
