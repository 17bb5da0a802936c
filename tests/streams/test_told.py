"""Where registers are told to wait."""

from __future__ import annotations

from typing import Any

from tests.world import Register


def test_a_register_learns_the_address_of_what_waits(register: Register, settings: Any) -> None:
    settings.STREAM_URL = "https://streams.example"
    assert register.get("terminals/self").json()["stream_url"] == "https://streams.example/api/v1/"


def test_it_is_the_apis_own_where_no_other_is_named(register: Register) -> None:
    told = register.get("terminals/self").json()["stream_url"]
    assert told == "http://127.0.0.1:8000/api/v1/"
