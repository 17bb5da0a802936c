"""The keys of the environment: whoever has none, or malformed ones, does not start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

from apps.common.keyring import Keyring, UnreadableSecret

KEY = Fernet.generate_key().decode()


def start(**env: str) -> tuple[int, str]:
    """Exit code and last line of a process that only starts, outside development."""
    fixed = {
        "DJANGO_SETTINGS_MODULE": "returns_mgmt.settings", "SECRET_KEY": "x" * 50,
        "DATABASE_URL": "postgresql:///none", "REDIS_URL": "redis://127.0.0.1:1/0",
        "PATH": os.environ["PATH"],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); print('started')"],
        env=fixed | env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


def test_it_starts_with_keys() -> None:
    assert start(FIELD_KEYS=f"{KEY}, {Fernet.generate_key().decode()}") == (0, "started")


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, "Set the FIELD_KEYS environment variable"),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS is empty"),
        ({"FIELD_KEYS": "secret"}, "A key in FIELD_KEYS is malformed"),
        ({"FIELD_KEYS": f"{KEY},c2hvcnQ="}, "A key in FIELD_KEYS is malformed"),
        ({"FIELD_KEYS": f"{KEY},{KEY}"}, "FIELD_KEYS names the same key twice"),
    ],
)
def test_it_does_not_start_without_good_keys(env: dict[str, str], said: str) -> None:
    code, last_line = start(**env)

    assert code == 1
    assert said in last_line
    assert KEY not in last_line


def test_development_brings_a_key_of_its_own() -> None:
    assert start(DEVELOPMENT="1") == (0, "started")


def test_the_newest_seals_and_all_of_them_open() -> None:
    old, new = Keyring([KEY]), Keyring([Fernet.generate_key().decode(), KEY])
    sealed = old.seal("grüße")

    resealed = new.reseal(sealed)

    assert new.open(sealed) == new.open(resealed) == "grüße"
    assert (sealed.mark, resealed.mark) == (old.newest, new.newest)
    with pytest.raises(UnreadableSecret, match="not in FIELD_KEYS"):
        old.open(resealed)
    with pytest.raises(UnreadableSecret, match="not in FIELD_KEYS"):
        old.reseal(resealed)


def test_a_mark_says_nothing_of_its_key() -> None:
    ring = Keyring([KEY])

    assert len(ring.newest) == 8
    assert KEY not in repr(ring)
    assert repr(ring.seal("x")) == f"<sealed under {ring.newest}>"
