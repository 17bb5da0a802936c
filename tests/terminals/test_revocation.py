"""A register, a credential or a token that is revoked is refused on the very next request."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.common.errors import StaleState
from apps.events.models import Event
from apps.terminals.models import AccessToken, Credential, EnrolmentCode, Terminal
from apps.terminals.services import (
    issue_code,
    revoke_credential,
    revoke_terminal,
    revoke_token,
    set_status,
)
from apps.terminals.states import TerminalStatus
from tests.books import nothing_changes
from tests.terminals.signing import Signer, ask_token, ed25519, enrolled, post, public, sign
from tests.world import SETUP, Register, problem, return_body, sale_body


def test_a_token_alone(signer: Signer) -> None:
    lost = signer.register.token
    token = AccessToken.objects.latest("pk")
    signer.token()
    revoke_token(token, actor=SETUP, now=timezone.now())
    assert signer.register.get("changes").status_code == 200
    signer.register.token = lost
    with nothing_changes():
        problem(signer.register.post("sales", sale_body()), 401, "token-invalid")
    with pytest.raises(StaleState):
        revoke_token(token, actor=SETUP, now=timezone.now())


def test_a_credential_with_all_its_tokens(signer: Signer) -> None:
    revoke_credential(Credential.objects.get(kind="key"), actor=SETUP, now=timezone.now())
    with nothing_changes():
        problem(signer.register.post("sales", sale_body()), 401, "token-invalid")
        assert ask_token(sign(signer.key, signer.client_id)).status_code == 401


def test_a_register_with_all_its_credentials_tokens_and_codes(signer: Signer) -> None:
    register, terminal = signer.register, signer.register.terminal
    code = issue_code(terminal, actor=SETUP, now=timezone.now())
    sale = register.sell()
    revoke_terminal(terminal, actor=SETUP, now=timezone.now())
    with nothing_changes():
        problem(register.post("returns", return_body(sale, "1")), 401, "token-invalid")
        problem(register.post("terminals/self/keys", {"secret": True}), 401, "token-invalid")
        assert ask_token(sign(signer.key, signer.client_id)).status_code == 401
        problem(post("terminals/enrol", {"code": code, "jwk": public(ed25519())}), 401,
                "enrolment-code-invalid")  # fmt: skip
    assert Terminal.objects.get().status == "pending"
    assert set(Credential.objects.values_list("status", flat=True)) == {"revoked"}
    assert EnrolmentCode.objects.filter(used_at=None, cancelled_at=None).count() == 0


def test_it_comes_back_by_enrolment_and_ends_what_it_began(signer: Signer) -> None:
    register = signer.register
    authorized = register.authorize(register.sell())
    revoke_terminal(register.terminal, actor=SETUP, now=timezone.now())
    signer.key = ed25519()
    enrolled(register.terminal, signer.key)
    assert signer.token().status_code == 200
    assert register.complete(authorized).json()["status"] == "completed"


@pytest.mark.parametrize("status", [TerminalStatus.PENDING, TerminalStatus.RETIRED])
def test_there_is_nothing_to_revoke_twice(register: Register, status: TerminalStatus) -> None:
    if status == TerminalStatus.PENDING:
        revoke_terminal(register.terminal, actor=SETUP, now=timezone.now())
    else:
        set_status(register.terminal, status, actor=SETUP, now=timezone.now())
    with nothing_changes(), pytest.raises(StaleState):
        revoke_terminal(register.terminal, actor=SETUP, now=timezone.now())


def test_each_is_told(signer: Signer) -> None:
    now = timezone.now()
    revoke_token(AccessToken.objects.latest("pk"), actor=SETUP, now=now)
    revoke_credential(Credential.objects.get(kind="key"), actor=SETUP, now=now)
    revoke_terminal(signer.register.terminal, actor=SETUP, now=now)
    told = Event.objects.filter(type="terminal.revoked").order_by("ordinal")
    assert [event.data["what"] for event in told] == ["token", "credential", "terminal"]
