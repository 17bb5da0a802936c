"""The stream at the ordinary API: one page as server-sent events, and the end."""

from __future__ import annotations

import json
from typing import Any

from apps.events.services import place_events
from tests.world import Register, make_register, problem


def _blocks(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/event-stream"
    blocks = response.content.decode().removesuffix("\n\n").split("\n\n")
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def test_it_gives_what_there_is_and_ends(register: Register) -> None:
    register.sell()
    place_events()
    *events, end = _blocks(register.get("changes/stream"))
    page = register.get("changes").json()
    assert [json.loads(one["data"]) for one in events] == page["items"]
    assert [one["event"] for one in events] == [item["type"] for item in page["items"]]
    assert (end["event"], end["data"], end["retry"]) == ("end", '{"reason":"page"}', "5000")


def test_each_cursor_leads_behind_its_event(register: Register) -> None:
    register.sell()
    place_events()
    first, *others = _blocks(register.get("changes/stream"))
    behind = _blocks(register.get("changes/stream", after=first["id"]))
    assert [one["data"] for one in behind] == [one["data"] for one in others]


def test_what_was_heard_last_goes_before_the_address(register: Register) -> None:
    register.sell()
    place_events()
    first, *_, end = _blocks(register.get("changes/stream"))
    headers = {"Authorization": f"Bearer {register.token}", "Last-Event-ID": end["id"]}
    response = register.client.get(f"/api/v1/changes/stream?after={first['id']}", headers=headers)
    assert [one["event"] for one in _blocks(response)] == ["end"]


def test_it_leads_past_other_shops(register: Register) -> None:
    end = _blocks(register.get("changes/stream"))[-1]
    make_register(store="0043").sell()
    place_events()
    page = register.get("changes", after=end["id"]).json()
    last = _blocks(register.get("changes/stream", after=end["id"]))[-1]
    assert register.get("changes", after=last["id"]).json()["items"] == []
    assert page["items"][-1]["type"] == "policy.published"


def test_a_header_that_is_no_cursor_is_refused(register: Register) -> None:
    for value, code in (("x", "cursor-invalid"), ("x" * 300, "invalid-request")):
        headers = {"Authorization": f"Bearer {register.token}", "Last-Event-ID": value}
        response = register.client.get("/api/v1/changes/stream", headers=headers)
        problem(response, 400, code)
