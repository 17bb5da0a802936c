"""Many at once, on a real database: one code, one key, one place, one use."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from apps.terminals.models import Credential, Notice
from apps.terminals.services import issue_code, issue_secret, issue_token
from tests.terminals.signing import Signer, ask_token, ed25519, enrolled, post, public, sign
from tests.threads import together
from tests.world import SETUP, make_register


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


@pytest.mark.django_db(transaction=True)
def test_a_code_used_by_ten_machines_at_once_enrols_one() -> None:
    terminal = make_register().terminal
    code = issue_code(terminal, actor=SETUP, now=timezone.now())
    bodies = [{"code": code, "jwk": public(ed25519())} for _ in range(10)]
    answers = together([partial(post, "terminals/enrol", body) for body in bodies])
    assert Counter(a.status_code for a in answers) == {201: 1, 409: 9}
    assert Credential.objects.filter(kind="key").count() == 1
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_enrolment_ten_times_at_once_is_one() -> None:
    terminal = make_register().terminal
    code = issue_code(terminal, actor=SETUP, now=timezone.now())
    body = {"code": code, "jwk": public(ed25519())}
    answers = together([lambda: post("terminals/enrol", body)] * 10)
    assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    assert sum("Idempotent-Replayed" in a for a in answers) == 9
    assert Credential.objects.filter(kind="key").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_assertion_sent_ten_times_at_once_is_good_once() -> None:
    signer = Signer(make_register())
    enrolled(signer.register.terminal, signer.key)
    assertion = sign(signer.key, signer.client_id)
    answers = together([lambda: ask_token(assertion)] * 10)
    assert Counter(a.status_code for a in answers) == {200: 1, 401: 9}


@pytest.mark.django_db(transaction=True)
def test_one_key_for_ten_registers_at_once_is_one_registers() -> None:
    signers = [Signer(make_register(number=f"{n:02d}")) for n in range(1, 11)]
    key = ed25519()

    def post_it(signer: Signer) -> Any:
        return Signer(signer.register.alone()).post_key(key)

    answers = together([partial(post_it, signer) for signer in signers])
    assert Counter(a.status_code for a in answers) == {201: 1, 409: 9}


@pytest.mark.django_db(transaction=True)
def test_keys_posted_and_used_at_once_leave_two_usable_at_most() -> None:
    signer = Signer(make_register())
    enrolled(signer.register.terminal, signer.key)
    signer.token()
    Credential.objects.filter(status="retiring").update(not_after=timezone.now())

    def rotate() -> tuple[int, int]:
        key, own = ed25519(), Signer(signer.register.alone())
        return own.post_key(key).status_code, ask_token(sign(key, signer.client_id)).status_code

    answers = together([rotate] * 8)
    usable = Credential.objects.exclude(status="revoked").values_list("status", flat=True)
    assert Counter(usable)["active"] == 1
    assert len(usable) <= 2
    assert {posted for posted, _ in answers} <= {201, 409}
    assert {asked for _, asked in answers} <= {200, 401}
    assert signer.register.get("changes").status_code == 200
