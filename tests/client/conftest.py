"""The cast: a stand-in server, a client that does not wait long, and files to run from."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client import RetryPolicy, ReturnsClient, Transport, enrol
from client.keyring import KeyringFile
from tests.client.desk import Desk
from tests.client.stand_in import Shop, StandIn

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


@pytest.fixture
def shop(server: StandIn) -> Shop:
    return server.shop


@pytest.fixture
def transport(server: StandIn) -> Iterator[Transport]:
    quick = RetryPolicy(attempts=4, first_wait=0.001, longest_wait=0.002, give_up_after=5.0)
    transport = Transport(server.base_url, quick)
    yield transport
    transport.close()


@pytest.fixture
def client(transport: Transport) -> ReturnsClient:
    return ReturnsClient(transport.base_url, "7001-01", "secret of 7001-01", transport=transport)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    shop.desk.codes["CODEONE"] = "7001-01"
    return shop.desk


@pytest.fixture
def keyring(tmp_path: Path) -> KeyringFile:
    return KeyringFile(tmp_path / "keys" / "register.json")


@pytest.fixture
def till(desk: Desk, keyring: KeyringFile, transport: Transport) -> ReturnsClient:
    """A register that has enrolled and asked for nothing yet."""
    enrol(transport.base_url, "CODEONE", keyring.path, transport=transport)
    return ReturnsClient.from_keyring(keyring.path, transport=transport)


@pytest.fixture
def registers(server: StandIn, tmp_path: Path) -> Callable[..., Path]:
    """Writes a list of registers named like "7001-01", each with an enrolment code."""

    def write(*names: str) -> Path:
        entries = [
            dict(
                zip(("store", "terminal"), name.split("-"), strict=True),
                client_id=name,
                code=f"CODE{name}".replace("-", ""),
            )
            for name in names
        ]
        server.shop.desk.codes |= {entry["code"]: entry["client_id"] for entry in entries}
        path = tmp_path / "registers.json"
        path.write_text(json.dumps(entries))
        return path

    return write


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[[str], Path]:
    def write(lines: str) -> Path:
        path = tmp_path / "data.csv"
        path.write_text(HEADER + lines.strip() + "\n")
        return path

    return write


@pytest.fixture
def real_data() -> Path:
    """The real months, where the machine has them; they are no part of this repository."""
    folder = os.environ.get("ONLINE_RETAIL_DATA") or REPOSITORY / "../shared/data/online-retail"
    files = sorted(Path(folder).glob("*.csv.gz"))
    if not files:
        pytest.skip(f"no data set in {folder} (set ONLINE_RETAIL_DATA)")
    return files[0]
