"""Password and a code: set up at the first log-in, no code twice, a way out when the phone is gone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client

from apps.accounts.models import RecoveryCode, SecondFactor, User
from apps.accounts.services import create_user
from apps.audit.models import AuditEntry
from tests.accounts.conftest import (
    CODE,
    NOON,
    SET_UP,
    code_at,
    give_password,
    set_up,
)
from tests.admin.helpers import act, actions, page
from tests.threads import together

ACCOUNT = "/admin/account/"
LATER = NOON + timedelta(minutes=1)


def test_nobody_gets_in_with_a_password_alone(client: Client, enrolled: list[str]) -> None:
    assert give_password(client) == CODE
    assert client.get("/admin/").status_code == 302
    assert client.get(SET_UP)["Location"] == CODE


def test_it_is_set_up_with_the_first_log_in(
    client: Client, person: User, clock: time_machine.Traveller, with_mfa: None
) -> None:
    codes = set_up(client, person, NOON)

    assert client.get("/admin/").status_code == 200
    assert len(set(codes)) == 10
    assert actions() == ["user.second_factor_set", "user.logged_in"]
    assert AuditEntry.objects.latest("id").data["second_factor"] == "app"


def test_the_picture_stays_the_same_until_a_code_of_it_was_shown(
    client: Client, person: User, clock: time_machine.Traveller, with_mfa: None
) -> None:
    give_password(client)
    first, again = (client.get(SET_UP).context["secret"] for _ in range(2))
    wrong = client.post(SET_UP, {"code": "000000"})

    assert first == again == wrong.context["secret"]
    assert client.get("/admin/").status_code == 302
    assert "not the code" in wrong.content.decode()


def test_the_code_lets_in(client: Client, person: User, enrolled: list[str]) -> None:
    give_password(client)

    assert client.post(CODE, {"code": code_at(person, LATER)})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(("off", "lets_in"), [(-30, True), (30, True), (-60, False), (60, False)])
def test_clocks_may_be_half_a_minute_off(
    client: Client, person: User, enrolled: list[str], off: int, lets_in: bool
) -> None:
    give_password(client)

    answer = client.post(CODE, {"code": code_at(person, LATER + timedelta(seconds=off))})

    assert (answer.status_code == 302) is lets_in


def test_no_code_counts_twice(client: Client, person: User, enrolled: list[str]) -> None:
    give_password(client)
    client.post(CODE, {"code": code_at(person, LATER)})
    other = Client()
    give_password(other)

    assert other.post(CODE, {"code": code_at(person, LATER)}).status_code == 200
    assert other.post(CODE, {"code": code_at(person, NOON)}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_with_the_same_code_one_gets_in(person: User, enrolled: list[str]) -> None:
    clients = [Client(), Client()]
    for one in clients:
        give_password(one)
    code = code_at(person, LATER)

    def show(client: Client) -> int:
        return client.post(CODE, {"code": code}).status_code

    answers = together([partial(show, one) for one in clients])

    assert sorted(answers) == [200, 302]


def test_a_recovery_code_lets_in_once(client: Client, enrolled: list[str]) -> None:
    give_password(client)
    typed = enrolled[0].lower().replace("-", " ")

    assert client.post(CODE, {"code": typed}).status_code == 302
    other = Client()
    give_password(other)
    assert other.post(CODE, {"code": enrolled[0]}).status_code == 200
    used = AuditEntry.objects.get(action="user.recovery_code_used")
    assert used.data == {"left": 9}


def test_secrets_are_kept_sealed(enrolled: list[str]) -> None:
    stored = str(list(SecondFactor.objects.values())) + str(list(RecoveryCode.objects.values()))

    assert not any(code.replace("-", "") in stored for code in enrolled)
    assert SecondFactor.objects.get().secret not in stored


def test_the_password_counts_for_five_minutes(
    client: Client, person: User, enrolled: list[str], clock: time_machine.Traveller
) -> None:
    give_password(client)
    clock.shift(timedelta(minutes=6))

    answer = client.post(CODE, {"code": code_at(person, LATER + timedelta(minutes=6))})

    assert answer["Location"] == "/admin/login/"


def test_a_session_from_before_is_not_enough(person: User, with_mfa: None) -> None:
    client = Client()
    client.force_login(person)

    assert client.get("/admin/").status_code == 302


def test_an_administrator_resets_it_and_ends_the_sessions(
    it: Client, client: Client, person: User, enrolled: list[str], settings: object
) -> None:
    settings.STAFF_MFA = False  # type: ignore[attr-defined]  # of the administrator's session
    give_password(client)
    client.post(CODE, {"code": code_at(person, LATER)})

    it.post(act(person, "reset-second-factor"))

    assert client.get("/admin/").status_code == 302
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert actions()[-2:] == ["user.second_factor_reset", "user.sessions_ended"]


def test_nobody_resets_their_own(client: Client, person: User, enrolled: list[str]) -> None:
    give_password(client)
    client.post(CODE, {"code": code_at(person, LATER)})

    client.post(act(person, "reset-second-factor"))

    assert SecondFactor.objects.filter(person=person).exists()
    assert "Reset the second factor" not in client.get(page(person)).content.decode()


def test_ones_own_is_replaced_by_showing_a_code(
    client: Client, person: User, enrolled: list[str]
) -> None:
    give_password(client)
    client.post(CODE, {"code": code_at(person, LATER)})
    before = SecondFactor.objects.get().secret

    assert client.post(ACCOUNT, {"do": "replace", "code": "000000"}).status_code == 200
    assert SecondFactor.objects.get().secret == before
    answer = client.post(ACCOUNT, {"do": "replace", "code": enrolled[0]})

    assert answer["Location"] == SET_UP
    assert client.get("/admin/").status_code == 302
    assert client.get(SET_UP).context["secret"].replace("-", "") != before


def test_recovery_codes_are_renewed_by_showing_a_code(
    client: Client, person: User, enrolled: list[str]
) -> None:
    give_password(client)
    client.post(CODE, {"code": code_at(person, LATER)})

    codes = client.post(ACCOUNT, {"do": "codes", "code": enrolled[0]}).context["codes"]

    assert len(codes) == 10
    assert not set(codes) & set(enrolled)
    assert RecoveryCode.objects.filter(used_at=None).count() == 10


def test_where_it_is_not_asked_for_a_password_is_enough(client: Client, db: None) -> None:
    create_user(username="tom", password="quiet-harbour-42", role="auditor")  # type: ignore[arg-type]

    assert give_password(client, username="tom") == "/admin/"
