"""What may be a PIN or a badge."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.approvals import services
from apps.approvals.models import Approver
from apps.approvals.policy import Reach, is_easily_guessed, is_pin
from apps.audit.models import AuditEntry
from tests.books import nothing_changes
from tests.world import SETUP, Register, make_approver


@pytest.mark.parametrize(
    "text", ["12345", "1234567890123", "12345a", "\uff11\uff12\uff13\uff14\uff15\uff16", ""]
)
def test_not_a_pin(text: str) -> None:
    assert not is_pin(text)


@pytest.mark.parametrize(
    "pin", ["111111", "123456", "987654", "123123", "121212", "200100", "00002001"]
)
def test_guessed_too_easily(pin: str) -> None:
    assert is_easily_guessed(pin, "2001")


@pytest.mark.parametrize("pin", ["482915", "112233", "135790"])
def test_not_guessed_at_once(pin: str) -> None:
    assert not is_easily_guessed(pin, "2001")


def test_neither_pin_nor_badge_is_kept(register: Register) -> None:
    approver = make_approver()
    services.give_badge(approver, "badge-7f3e-91c2-aa04", actor=SETUP, now=timezone.now())
    kept = str(Approver.objects.values().get())
    assert "482915" not in kept
    assert "badge-7f3e" not in kept
    assert "pin_hash" not in {f.name for f in Approver.history.model._meta.get_fields()}


def test_what_is_given_is_in_the_trail_without_it(register: Register) -> None:
    make_approver()
    entry = AuditEntry.objects.get(action="approver.pin_set")
    assert (entry.subject_label, entry.data) == ("2001 Mia Ranke", {})


def test_an_easy_pin_is_not_taken(register: Register) -> None:
    approver = make_approver()
    with nothing_changes(), pytest.raises(ValidationError, match="guessed too easily"):
        services.set_pin(approver, "123456", actor=SETUP, now=timezone.now())


def test_a_badge_is_long_enough_and_one_persons(register: Register) -> None:
    first, second = make_approver(), make_approver("2002")
    now = timezone.now()
    with pytest.raises(ValidationError, match="16 to 128"):
        services.give_badge(first, "short", actor=SETUP, now=now)
    services.give_badge(first, "badge-7f3e-91c2-aa04", actor=SETUP, now=now)
    with pytest.raises(ValidationError, match="somebody else"):
        services.give_badge(second, "badge-7f3e-91c2-aa04", actor=SETUP, now=now)


@pytest.mark.parametrize(
    ("amount", "currency", "allowed"),
    [(500, "EUR", True), (501, "EUR", False), (0, "CHF", False)],
)
def test_up_to_an_amount_in_each_currency(amount: int, currency: str, allowed: bool) -> None:
    reach = Reach(False, frozenset({1}), frozenset({7}), False, {"EUR": 500})
    assert reach.allows(amount, currency) is allowed


@pytest.mark.parametrize(
    ("store", "region", "covered"), [(1, None, True), (2, 7, True), (2, None, False), (2, 8, False)]
)
def test_in_shops_and_regions(store: int, region: int | None, covered: bool) -> None:
    reach = Reach(False, frozenset({1}), frozenset({7}), False, {})
    assert reach.covers(store, region) is covered
