from __future__ import annotations

import pytest
from django.utils import timezone

from apps.terminals.models import Credential
from apps.terminals.services import issue_secret, issue_token
from tests.world import SETUP, make_register, together


@pytest.mark.django_db(transaction=True)
def test_a_new_secret_used_ten_times_at_once_is_active_and_not_retiring() -> None:
    register = make_register()
    client_id = str(register.terminal.pk)
    for _ in range(3):
        secret = issue_secret(register.terminal, actor=SETUP, now=timezone.now())

        def ask(given: str = secret) -> str:
            now = timezone.now()
            return issue_token(client_id=client_id, client_secret=given, scope="", now=now).token

        assert len(set(together([ask] * 10))) == 10
        newest = Credential.objects.latest("created_at")
        assert (newest.status, newest.not_after) == ("active", None)
    statuses = Credential.objects.order_by("created_at").values_list("status", flat=True)
    assert list(statuses) == ["revoked", "revoked", "retiring", "active"]
