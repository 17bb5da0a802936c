"""`manage.py audit …`"""

from __future__ import annotations

import base64
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.audit.keys import public_keys
from apps.audit.models import AuditEntry, Checkpoint
from tests.audit.trail import tamper, write


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("audit", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_trail_is_sealed_signed_exported_and_checked(folder: Path) -> None:
    write(1, "a.b", "c.d")
    write(2, "a.b")
    assert run("seal") == "3 entries sealed.\n"
    (key,) = public_keys()
    assert run("checkpoint") == f"Checkpoint 1: 3 entries in 2 chains, signed with {key}.\n"
    assert run("verify") == "The trail is as it was signed.\n"

    file = folder / "trail.jsonl"
    assert run("export", str(file), "--store", "0001") == f"2 lines in {file}.\n"
    assert len(file.read_bytes().splitlines()) == 2
    told = AuditEntry.objects.get(action="trail.exported")
    assert (told.actor_label, told.data) == ("manage.py audit", {"stores": ["0001"]})


@pytest.mark.django_db(transaction=True)
def test_verify_names_each_finding_and_ends_with_1(folder: Path) -> None:
    write(1, "a.b")
    run("checkpoint")
    id_ = AuditEntry.objects.get().pk
    tamper("UPDATE audit_auditentry SET reason = 'x'")

    out, said = StringIO(), StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("audit", "verify", stdout=out, stderr=said)
    assert out.getvalue() == (
        f"FINDING  Shop 0001, number 1, entry {id_}: the entry is not what was sealed, a field was "
        "changed (a.b).\n1 findings.\n"
    )
    assert said.getvalue() == "Shop 0001: 1 entries, signed up to number 1\n"


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_signed_is_said_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="Set AUDIT_SIGNING_KEY and AUDIT_CHECKPOINTS"):
        run("checkpoint")
    assert not Checkpoint.objects.exists()


@pytest.mark.django_db
def test_keys_and_roles_are_printed(folder: Path) -> None:
    ((name, public),) = public_keys().items()
    assert run("key") == f"{name}  {base64.b64encode(public).decode()}\n"
    said = run("roles", "--app", "shop_app")
    assert 'GRANT USAGE ON SCHEMA public TO "shop_app", "returns_auditor";' in said
    assert '"audit_auditentry", "audit_checkpoint", "audit_seal", "inventory_stockmovement"' in said
