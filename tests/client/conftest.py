"""The cast: a stand-in server, a client that does not wait long, and files to run from."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client import RetryPolicy, ReturnsClient, Transport
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
def credentials(tmp_path: Path) -> Callable[..., Path]:
    """Writes a credentials file for registers named like "7001-01"."""

    def write(*names: str) -> Path:
        entries = [
            dict(
                zip(("store", "terminal"), name.split("-"), strict=True),
                client_id=name,
                client_secret=f"secret of {name}",
            )
            for name in names
        ]
        path = tmp_path / "credentials.json"
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
