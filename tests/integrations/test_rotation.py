"""Secrets of webhooks rotate: two signatures during the overlap, and never a third."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from apps.audit.models import AuditEntry
from apps.common.errors import Invalid, StaleState
from apps.common.ids import uuid7
from apps.integrations.models import Destination, WebhookSecret
from apps.integrations.services import (
    OVERLAP,
    CannotSign,
    RotationUnderWay,
    add_destination,
    end_overlaps,
    end_retiring_secret,
    rotate_webhook_secret,
    send_test,
    sign,
)
from tests.books import books, nothing_changes
from tests.integrations.receiver import Receiver
from tests.threads import together
from tests.world import SETUP

Erp = tuple[Destination, str]


def ping(destination: Destination) -> None:
    send_test(destination, actor=SETUP, clock=timezone.now)


def statuses() -> list[str]:
    return list(WebhookSecret.objects.order_by("created_at").values_list("status", flat=True))


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_receiver_verifies_with_the_old_or_the_new_secret_during_the_overlap(
    erp: Erp, receiver: Receiver
) -> None:
    destination, old = erp
    new = rotate_webhook_secret(destination, actor=SETUP, now=timezone.now())

    ping(destination)

    [received] = receiver.received
    assert received.headers["webhook-signature"].count("v1,") == 2
    assert received.verify(new) == received.verify(old)
    assert received.verify(old)["type"] == "ping"


def test_after_the_overlap_the_new_secret_alone_signs(erp: Erp, receiver: Receiver) -> None:
    destination, old = erp
    new = rotate_webhook_secret(destination, actor=SETUP, now=timezone.now() - OVERLAP)

    ping(destination)  # beat has not come by yet

    [received] = receiver.received
    assert received.headers["webhook-signature"].count("v1,") == 1
    assert received.verify(new)["type"] == "ping"
    with pytest.raises(WebhookVerificationError):
        received.verify(old)


def test_a_tampered_body_is_refused(erp: Erp, receiver: Receiver) -> None:
    destination, secret = erp
    ping(destination)

    [received] = receiver.received
    forged = type(received)(received.path, received.headers, received.body + b" ")
    with pytest.raises(WebhookVerificationError):
        forged.verify(secret)


def test_overlaps_end_at_their_time_and_the_secret_is_forgotten(erp: Erp) -> None:
    destination, _old = erp
    now = timezone.now()
    rotate_webhook_secret(destination, actor=SETUP, now=now)

    early = end_overlaps(actor=SETUP, now=now + OVERLAP - timedelta(seconds=1))
    ended = end_overlaps(actor=SETUP, now=now + OVERLAP)

    assert (early, ended) == (0, 1)
    assert statuses() == ["revoked", "active"]
    assert WebhookSecret.objects.get(status="revoked").secret is None
    assert end_overlaps(actor=SETUP, now=now + OVERLAP) == 0
    assert actions() == [
        "destination.added", "destination.secret_rotated", "destination.secret_ended",
    ]  # fmt: skip


def test_a_third_secret_within_the_overlap_is_refused(erp: Erp) -> None:
    destination, _old = erp
    now = timezone.now()
    rotate_webhook_secret(destination, actor=SETUP, now=now)

    with nothing_changes(), pytest.raises(RotationUnderWay, match="still signs until"):
        rotate_webhook_secret(destination, actor=SETUP, now=now + timedelta(hours=23))


def test_unless_the_older_one_is_ended_at_once(erp: Erp) -> None:
    destination, _old = erp
    now = timezone.now()
    rotate_webhook_secret(destination, actor=SETUP, now=now)

    rotate_webhook_secret(destination, end_older=True, actor=SETUP, now=now)

    assert sorted(statuses()) == ["active", "retiring", "revoked"]
    assert actions()[-2:] == ["destination.secret_ended", "destination.secret_rotated"]


def test_an_overlap_that_is_over_does_not_stand_in_the_way(erp: Erp) -> None:
    destination, _old = erp
    now = timezone.now()
    rotate_webhook_secret(destination, actor=SETUP, now=now)

    rotate_webhook_secret(destination, actor=SETUP, now=now + OVERLAP)

    assert sorted(statuses()) == ["active", "retiring", "revoked"]


def test_without_an_overlap_the_old_secret_is_over_at_once(erp: Erp, receiver: Receiver) -> None:
    destination, old = erp
    rotate_webhook_secret(destination, overlap=timedelta(0), actor=SETUP, now=timezone.now())

    ping(destination)

    assert sorted(statuses()) == ["active", "revoked"]
    with pytest.raises(WebhookVerificationError):
        receiver.received[0].verify(old)


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=30, seconds=1)])
def test_an_overlap_has_its_bounds(erp: Erp, overlap: timedelta) -> None:
    with nothing_changes(), pytest.raises(Invalid):
        rotate_webhook_secret(erp[0], overlap=overlap, actor=SETUP, now=timezone.now())


def test_the_old_secret_is_ended_by_hand_once(erp: Erp) -> None:
    destination, _old = erp
    rotate_webhook_secret(destination, actor=SETUP, now=timezone.now())
    end_retiring_secret(destination, actor=SETUP, now=timezone.now())

    assert sorted(statuses()) == ["active", "revoked"]
    with nothing_changes(), pytest.raises(StaleState):
        end_retiring_secret(destination, actor=SETUP, now=timezone.now())


@pytest.mark.parametrize("status", ["active", "retiring"])
def test_the_database_itself_refuses_a_second_one(erp: Erp, status: str) -> None:
    destination, _old = erp
    now = timezone.now()
    rotate_webhook_secret(destination, actor=SETUP, now=now)
    extra = WebhookSecret(
        id=uuid7(), destination=destination, secret="whsec_AAAA", status=status, not_after=now,
        created_at=now,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="webhook_secret_one_each"), transaction.atomic():
        extra.save()


@pytest.mark.django_db(transaction=True)
def test_of_rotations_at_one_moment_one_wins() -> None:
    destination, _old = add_destination(
        name="ERP", url="https://erp.example/", actor=SETUP, now=timezone.now()
    )

    def rotate() -> str:
        try:
            return rotate_webhook_secret(destination, actor=SETUP, now=timezone.now())
        except RotationUnderWay:
            return ""

    made = [secret for secret in together([rotate] * 6) if secret]

    assert len(made) == 1
    assert WebhookSecret.objects.get(status="active").secret == made[0]
    assert statuses() == ["retiring", "active"]
    assert actions().count("destination.secret_rotated") == 1


def test_a_destination_without_a_secret_signs_nothing(erp: Erp) -> None:
    destination, _old = erp
    destination.secrets.all().delete()

    with pytest.raises(CannotSign, match="has no secret"):
        sign(destination, message_id="m", timestamp=timezone.now(), body=b"{}")


def test_no_table_holds_a_secret_in_clear(erp: Erp) -> None:
    destination, old = erp
    new = rotate_webhook_secret(destination, actor=SETUP, now=timezone.now())
    ping(destination)

    everything = str(books())

    for secret in (old, new):
        assert len(secret) == 50
        assert secret[10:] not in everything
