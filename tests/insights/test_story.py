"""A return told to the end, and the pack that proves itself elsewhere."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.audit.services.checkpoints import write_checkpoint
from apps.common.cards import contains_card_number
from apps.events.models import Event
from apps.events.services import place_events
from apps.integrations.models import Attempt, Call, Delivery, Destination
from apps.returns.models import CustomerReturn
from tests.admin.conftest import auditor, it, manager
from tests.admin.helpers import page, read
from tests.audit.conftest import folder
from tests.world import PIN, Register, card, make_approver, pay_out, return_body

__all__ = ["auditor", "folder", "it", "manager"]
FILES = {
    "return.html", "return.pdf", "return.json", "trail.jsonl", "checkpoints.jsonl", "verify_trail.py",
    "README.txt", "SHA256SUMS",
}  # fmt: skip


def destination(name: str, kind: str = "webhook") -> Destination:
    return Destination.objects.create(name=name, kind=kind, created_at=timezone.now())


def tell(destination: Destination, status: str = "delivered", tries: int = 1) -> None:
    """Every event for this destination, as if a worker had been at it."""
    for event in (
        Event.objects.exclude(position=None).exclude(subject_type="sale").order_by("position")
    ):
        one = Delivery.objects.create(
            destination=destination, event_id=event.pk, event_type=event.type, position=event.position or 0,
            subject=f"{event.subject_type}:{event.subject_id}", sequence=event.sequence,
            status=status, attempts=tries, next_attempt_at=timezone.now(), created_at=timezone.now(),
        )  # fmt: skip
        for number in range(1, tries + 1):
            last = number == tries
            call = Call.objects.create(
                destination=destination, at=timezone.now(), milliseconds=87, status=200 if last else 503,
                answer='{"booked": "JE-2026-0815"}' if last else "",
            )  # fmt: skip
            Attempt.objects.create(
                delivery=one, number=number, call=call, outcome="ok" if last else "retry"
            )


@pytest.fixture
def told(register: Register, folder: Path) -> CustomerReturn:
    register.take_back(register.sell(tenders=[card(1530)]), "2")
    pay_out()
    place_events()
    tell(destination("Tryton, main books", "tryton"), tries=2)
    write_checkpoint(now=timezone.now())
    return CustomerReturn.objects.get()


def unpack(client: Client, one: CustomerReturn, away: Path) -> dict[str, bytes]:
    answer = client.get(f"/admin/returns/customerreturn/{one.pk}/pack/")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(away)
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_story_goes_on_to_the_answer_and_the_proof(
    auditor: Client, told: CustomerReturn
) -> None:
    text = read(auditor, page(told))

    for said in (
        "The sale", "May come back.", "5.10 EUR Paid back", "return.completed", "Tryton, main books Delivered",
        "503", "200", "87 ms", "JE-2026-0815", "The proof", "of shop 0042", "checkpoint 1", "Auditor pack",
    ):  # fmt: skip
        assert said in text, said
    order = ["The sale", "The request", "The decision", "The goods", "The money", "Who was told",
             "What other systems answered", "The trail", "The proof"]  # fmt: skip
    places = [text.index(title, text.index("The sale")) for title in order]
    assert places == sorted(places)


def test_the_story_takes_the_same_statements_however_long(
    auditor: Client, register: Register, folder: Path
) -> None:
    register.take_back(register.sell(tenders=[card(1530)]), "2")
    pay_out()
    place_events()
    short = CustomerReturn.objects.get()
    tell(destination("One", "webhook"))
    auditor.get(page(short))
    with CaptureQueriesContext(
        connection,
    ) as few:
        auditor.get(page(short))
    for name in ("Two", "Three"):
        tell(destination(name, "webhook"), tries=3)
    with CaptureQueriesContext(connection) as many:
        auditor.get(page(short))

    assert len(few) == len(many)
    assert len(many) <= 26


def test_what_other_systems_said_is_for_those_who_may_see_it(
    manager: Client, told: CustomerReturn
) -> None:
    text = manager.get(page(told)).content.decode()

    assert "JE-2026-0815" not in text
    assert "Auditor pack" not in text
    assert manager.get(f"/admin/returns/customerreturn/{told.pk}/pack/").status_code in (403, 404)


def test_the_pack_proves_itself_where_there_is_only_python(
    auditor: Client, told: CustomerReturn, tmp_path: Path
) -> None:
    files = unpack(auditor, told, tmp_path / "away")

    assert set(files) == FILES
    command = re.search(r"python3 (verify_trail\.py[^#]*?)\n\n", files["README.txt"].decode())
    assert command is not None
    words = command[1].replace("\\\n", " ").split()
    done = subprocess.run(
        [sys.executable, "-I", "-S", *words], cwd=tmp_path / "away", env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 entries in full" in done.stdout
    assert "0 findings" in done.stdout
    forged = files["trail.jsonl"].replace(b'"refund_minor":510', b'"refund_minor":610')
    (tmp_path / "away" / "trail.jsonl").write_bytes(forged)
    again = subprocess.run(
        [sys.executable, "-I", "-S", *words], cwd=tmp_path / "away", env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert again.returncode == 1
    assert "a field was changed" in again.stdout


def test_the_pack_says_all_of_it(auditor: Client, told: CustomerReturn, tmp_path: Path) -> None:
    files = unpack(auditor, told, tmp_path)
    facts: dict[str, Any] = json.loads(files["return.json"])
    readable = files["return.html"].decode()

    assert facts["return"]["number"] == told.number
    assert facts["refunds"][0]["provider_ref"]
    assert [step["kind"] for step in facts["refunds"][0]["steps"]] == ["request", "success"]
    assert facts["deliveries"][0]["tried"][1]["answer"] == '{"booked": "JE-2026-0815"}'
    assert {one["action"] for one in facts["trail"]} == {
        "sale.recorded", "return.completed", "refund.succeeded",
    }  # fmt: skip
    assert all(one["checkpoint"]["number"] == 1 for one in facts["trail"])
    for said in (told.number, "May come back.", "Tryton, main books", "JE-2026-0815", "•••• 4242"):
        assert said in readable, said
    assert files["return.pdf"].startswith(b"%PDF-")
    assert "script" not in readable


def test_nothing_secret_is_in_the_pack(
    auditor: Client, told: CustomerReturn, register: Register, tmp_path: Path
) -> None:
    files = unpack(auditor, told, tmp_path)

    for name in ("return.html", "return.json", "trail.jsonl", "README.txt"):
        text = files[name].decode()
        assert register.secret not in text, name
        assert register.token not in text, name
        assert "authorization" not in text.lower(), name
        assert "fingerprint" not in text, name
        assert " ago" not in text, name
    assert not contains_card_number(files["return.html"].decode())


def test_that_it_was_made_stands_in_the_trail_with_the_hashes(
    auditor: Client, told: CustomerReturn, tmp_path: Path
) -> None:
    files = unpack(auditor, told, tmp_path)

    entry = AuditEntry.objects.get(action="return.packed")
    assert (entry.actor_label, entry.subject_label) == ("auditor@shop", told.number)
    assert entry.data["sha256"]["return.json"] == sha256(files["return.json"]).hexdigest()


def test_a_denied_return_and_one_without_receipt_can_be_packed(
    auditor: Client, register: Register, tmp_path: Path
) -> None:
    register.post("returns", return_body({"receipt_number": "T-404"}))

    files = unpack(auditor, CustomerReturn.objects.get(), tmp_path)

    assert "No sale under this receipt." in files["return.html"].decode()


def test_a_managers_word_is_in_the_pack_and_their_pin_is_not(
    auditor: Client, register: Register, tmp_path: Path
) -> None:
    make_approver()
    register.override(register.wait(), complete=True)

    files = unpack(auditor, CustomerReturn.objects.get(), tmp_path)

    facts = json.loads(files["return.json"])
    assert [(one["approved_by"], one["allowed"]) for one in facts["overrides"]] == [("2001", True)]
    assert "A good customer" in files["return.html"].decode()
    assert not any(
        PIN.encode() in files[name] for name in ("return.json", "return.html", "trail.jsonl")
    )
