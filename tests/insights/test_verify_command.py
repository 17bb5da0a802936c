from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from apps.insights.models import VerifyRun
from apps.insights.tasks import heartbeat, verify
from tests.world import make_register


@pytest.mark.django_db(transaction=True)
def test_the_command_says_each_promise_and_keeps_the_result() -> None:
    register = make_register()
    register.take_back(register.sell(), "2")

    out = StringIO()
    call_command("verify", "--keep", stdout=out)

    lines = out.getvalue().splitlines()
    assert len(lines) == 42
    assert all(line.startswith("ok  ") for line in lines)
    assert VerifyRun.objects.get().violations == 0


@pytest.mark.django_db(transaction=True)
def test_the_command_fails_when_the_books_do_not_agree() -> None:
    register = make_register()
    register.sell()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stocklevel SET on_hand = on_hand + 1")

    out, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify", stdout=out, stderr=errors)

    assert "FAIL   4.1       1  each stock level is the sum of its movements" in out.getvalue()
    assert errors.getvalue() == "1 invariants are broken.\n"
    assert not VerifyRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_tasks_leave_their_rows_for_the_home_page() -> None:
    make_register()
    verify()
    heartbeat()
    assert VerifyRun.objects.get().violations == 0
    assert json.dumps(VerifyRun.objects.get().results[0]["promise"])
