"""A real Tryton on loopback, on a database of its own.

The first time, making and filling the database takes about two minutes; it is kept below `.data/erp`,
and each session works on a copy.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from stack import postgres
from stack.folder import ROOT, Folder
from stack.processes import Child, wait_until
from tests.integrations.connectors.tryton_promises import RunningTryton

VENV = ROOT / ".venv-erp"
MODULES = ("stock", "account")
FILLING = Path(__file__).with_name("fill.py")


@contextmanager
def running_tryton() -> Iterator[RunningTryton]:
    folder = Folder.default().path / "erp"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stopping:
        database = postgres.start(folder / "postgres", durable=True)
        stopping.callback(database.stop)
        settings = _settings(folder, _sockets(database.url))
        template, about = _filled(folder, settings, database.url)
        _copy(database.url, template, "tryton")
        port = _free_port()
        server = Child(
            "trytond",
            [str(VENV / "bin" / "trytond"), "-c", str(settings), "-d", "tryton"],
            env={**_environment(), "TRYTOND_WEB__LISTEN": f"127.0.0.1:{port}"},
            log=folder / "trytond.log",
        )
        stopping.callback(server.stop)
        server.start()
        url = f"http://127.0.0.1:{port}/tryton"
        assert wait_until(lambda: _answers(url), timeout=60), server.last_words()
        yield RunningTryton(url, about["company"], about["key"])


def _settings(folder: Path, sockets: str) -> Path:
    file = folder / "trytond.conf"
    file.write_text(f"[database]\nuri = postgresql://postgres@/?host={sockets}\n")
    return file


def _sockets(url: str) -> str:
    return parse_qs(urlsplit(url).query)["host"][0]


def _environment() -> dict[str, str]:
    return {**os.environ, "TZ": "UTC"}


def _filled(folder: Path, settings: Path, url: str) -> tuple[str, dict]:
    """The name of a filled database that nobody works on, made if it is of another version."""
    made_by = (ROOT / "requirements-erp.txt").read_bytes() + FILLING.read_bytes()
    name = "filled_" + hashlib.sha256(made_by).hexdigest()[:12]
    notes = folder / f"{name}.json"
    if not notes.exists():
        _make_anew(url, name)
        (folder / "password").write_text("not-used-by-rest\n")
        env = {**_environment(), "TRYTONPASSFILE": str(folder / "password")}
        admin = [str(VENV / "bin" / "trytond-admin"), "-c", str(settings), "-d", name]
        more = ["-u", *MODULES, "--activate-dependencies", "--email", "admin@shop.example"]
        subprocess.run([*admin, *more], env=env, check=True, capture_output=True)
        python = [str(VENV / "bin" / "python"), str(FILLING), str(settings), name]
        said = subprocess.run(python, env=env, check=True, capture_output=True).stdout
        notes.write_bytes(said)
    about: dict = json.loads(notes.read_text())
    return name, about


def _make_anew(url: str, name: str) -> None:
    with psycopg.connect(url, dbname="postgres", autocommit=True) as db:
        db.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))
        db.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))


def _copy(url: str, template: str, name: str) -> None:
    with psycopg.connect(url, dbname="postgres", autocommit=True) as db:
        db.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        made = SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template))
        db.execute(made)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    """It refuses whoever has no key, so it is up."""
    try:
        urllib.request.urlopen(f"{url}/rest/model/party.party", timeout=5)
    except urllib.error.HTTPError as error:
        return error.code == 401
    except OSError:
        return False
    return True
