"""The code of docs/client.md runs, in the order in which it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from client.__main__ import main
from tests.client.bell import Bell
from tests.client.conftest import REPOSITORY
from tests.client.desk import Desk
from tests.client.stand_in import Shop, StandIn
from tests.client.test_client_http import sale

CODE = "ABCD-EFGH-IJKL-MNOP-QRST-UVWX"
PAGE = (REPOSITORY / "docs" / "client.md").read_text()


@pytest.fixture
def server_of_the_page(
    server: StandIn, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StandIn:
    desk.codes[CODE.replace("-", "")] = "7001-01"
    monkeypatch.chdir(tmp_path)
    return server


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_program(
    server_of_the_page: StandIn, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.create_sale("7001-01", sale(customer="C-20903"))
    shop.feed = [{"id": 1, "type": "sale.recorded", "data": {"total": 1530}}]
    names: dict[str, object] = {"Bell": Bell}
    for block in blocks("python"):
        here = block.replace("https://returns.example", server_of_the_page.base_url)
        # It would go on for ever: a pause with nothing new is the end here.
        exec(here.replace("= threading.Event()", "= Bell()"), names)
    assert capsys.readouterr().out.splitlines() == [
        "01",
        "approved 255 False",
        "sale.recorded {'total': 1530}",
    ]
    assert shop.desk.beats[0]["software_version"] == "4.2.0"


def test_the_commands(server_of_the_page: StandIn) -> None:
    for line in blocks("sh")[0].splitlines():
        words = line.partition("#")[0].replace(
            "https://returns.example", server_of_the_page.base_url
        )
        arguments = words.removeprefix("python -m client ").split()
        assert main([*arguments, "--once"] if "follow" in arguments else arguments) == 0
