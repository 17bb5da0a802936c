"""Connections to PostgreSQL that stay open while nobody uses them."""

from __future__ import annotations

from select import POLLIN, poll

from django.db import connection


def leave_what_was_cut() -> None:
    """An idle connection to which PostgreSQL has something to say was ended by it: one opens anew.

    Else whoever keeps one would find out by a failure of his own, long after the database is back.
    """
    if connection.connection is None or connection.connection.closed:
        return
    ear = poll()
    ear.register(connection.connection.fileno(), POLLIN)
    if ear.poll(0):
        connection.close()
