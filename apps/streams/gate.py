"""The API's own way in, for a process that must not block: through Django, in one of few threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote_from_bytes

from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpResponseBase

from apps.common.connections import leave_what_was_cut

THREADS = 4  # and as many connections to the database
_PLAIN = "".join(map(chr, range(0x21, 0x7F)))

_T = TypeVar("_T")


class Gate(BaseHandler):
    """Middleware, authentication, limits, scopes, grammar and problems are those of the API."""

    def __init__(self, urlconf: str) -> None:
        super().__init__()
        self.load_middleware()
        self._urlconf = urlconf
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="gate")

    async def ask(self, scope: Any) -> HttpResponseBase:
        """What the view says to this request, whole; its `waiting` says what it would wait for."""
        return await self._in_thread(lambda: self._answer(scope))

    async def run(self, job: Callable[[], _T]) -> _T:
        """The outcome of something that uses the database."""
        return await self._in_thread(lambda: _with_connection(job))

    async def _in_thread(self, job: Callable[[], _T]) -> _T:
        def with_what_is_open() -> _T:
            leave_what_was_cut()
            return job()

        return await asyncio.get_running_loop().run_in_executor(self._threads, with_what_is_open)

    def _answer(self, scope: Any) -> HttpResponseBase:
        # Raw bytes beyond ASCII are no URL; Django would stumble over them.
        query = quote_from_bytes(scope["query_string"], safe=_PLAIN)
        request = ASGIRequest({**scope, "query_string": query}, BytesIO())
        request.urlconf = self._urlconf
        signals.request_started.send(sender=type(self), scope=scope)
        response = self.get_response(request)
        response.close()
        return response


def _with_connection(job: Callable[[], _T]) -> _T:
    close_old_connections()
    try:
        return job()
    finally:
        close_old_connections()  # one that died is not kept for the next
