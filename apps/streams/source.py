"""The feed on a connection of its own: PostgreSQL says when there is something new."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import AsyncConnection, sql

from apps.events.commands import Head
from apps.events.store import CHANNEL, HEAD, NEXT

APPLICATION_NAME = "returns-streams"
_FOR_DJANGO = ("context", "cursor_factory")


class Source:
    """Reads the head and what follows a position, and waits for notice."""

    def __init__(self, own: AsyncConnection[Any]) -> None:
        self._own = own

    async def head(self) -> Head:
        row = await (await self._own.execute(HEAD)).fetchone()
        if row is None:
            raise psycopg.DataError("The feed has no head.")
        return Head(*row)

    async def after(self, position: int, limit: int) -> list[tuple[Any, ...]]:
        """Rows of the next events, whatever their shop."""
        return await (await self._own.execute(NEXT, [position, limit])).fetchall()

    async def notice(self, seconds: float) -> None:
        """Return when events have been placed since the last time, or when the time is up."""
        async for _ in self._own.notifies(timeout=seconds, stop_after=1):
            pass


@asynccontextmanager
async def open_source() -> AsyncIterator[Source]:
    """A source that listens. Raises psycopg.Error when there is no connection to be had."""
    params = {k: v for k, v in connection.get_connection_params().items() if k not in _FOR_DJANGO}
    params["options"] = f"{params.get('options', '')} -c timezone=UTC"
    params["application_name"] = APPLICATION_NAME
    async with await AsyncConnection.connect(**params, autocommit=True) as own:
        await own.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        yield Source(own)
