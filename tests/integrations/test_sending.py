"""A test event is really sent, and whatever is answered, or not, is said and recorded."""

from __future__ import annotations

import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.integrations.commands import SentTest
from apps.integrations.gateways import outside
from apps.integrations.models import Destination
from apps.integrations.services import send_test
from tests.books import books
from tests.integrations.conftest import Names
from tests.integrations.receiver import Manners, Receiver
from tests.world import SETUP

Erp = tuple[Destination, str]
CARD = "4111 1111 1111 1111"


def send(destination: Destination, url: str = "") -> SentTest:
    destination.url = url or destination.url
    return send_test(destination, actor=SETUP, clock=timezone.now)


def test_the_request_is_what_standard_webhooks_says(erp: Erp, receiver: Receiver) -> None:
    destination, _secret = erp

    sent = send(destination)

    [received] = receiver.received
    event = json.loads(received.body)
    assert (sent.answer.status, sent.text, sent.shortened) == (200, "ok", False)
    assert received.path == "/hooks?from=returns"
    assert received.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["Content-Type"] == "application/json"
    assert received.headers["webhook-id"] == sent.message_id
    assert (event["type"], event["data"]) == (
        "ping", {"destination": str(destination.pk), "name": "ERP"},
    )  # fmt: skip


def test_the_trail_tells_of_it_but_not_what_was_answered(erp: Erp, receiver: Receiver) -> None:
    receiver.manners = Manners(status=503, body=b"Go away")

    sent = send(erp[0])

    entry = AuditEntry.objects.get(action="destination.test_sent")
    assert entry.outcome == "503"
    assert entry.data == {
        "message_id": sent.message_id, "milliseconds": sent.answer.milliseconds,
    }  # fmt: skip
    assert (entry.subject_type, entry.subject_label) == ("destination", "ERP")
    assert "Go away" not in str(books())


def test_a_long_answer_is_read_and_shown_in_part(erp: Erp, receiver: Receiver) -> None:
    receiver.manners = Manners(body=b"x" * 1_000_000)

    sent = send(erp[0])

    assert (len(sent.answer.body), sent.answer.cut) == (64 * 1024, True)
    assert (sent.text, sent.shortened) == ("x" * 2048, True)


def test_card_numbers_in_an_answer_are_not_shown(erp: Erp, receiver: Receiver) -> None:
    at_the_cut = " ".ljust(2000, "y") + f" {CARD}"
    receiver.manners = Manners(body=f"paid with {CARD}, {CARD}{at_the_cut}".encode())

    sent = send(erp[0])

    assert sent.text.startswith("paid with [card number removed], [card number removed] y")
    assert "4111" not in sent.text


def test_a_redirect_is_not_followed(erp: Erp, receiver: Receiver) -> None:
    receiver.manners = Manners(status=302, headers={"Location": f"{receiver.url}/inside"})

    sent = send(erp[0])

    assert sent.answer.status == 302
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("manners", "problem"),
    [
        (Manners(hang=True), "timed-out"),
        (Manners(trickle=True), "timed-out"),
        (Manners(hang_up=True), "broken-off"),
        (Manners(headers={"X": "y" * 70_000}), "broken-off"),
    ],
)
def test_a_receiver_that_misbehaves_ends_in_time(
    erp: Erp, receiver: Receiver, manners: Manners, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "TOTAL_S", 0.3)
    receiver.manners = manners

    sent = send(erp[0])

    assert (sent.answer.status, sent.answer.problem, sent.text) == (None, problem, "")
    assert sent.answer.milliseconds < 3000
    assert AuditEntry.objects.get(action="destination.test_sent").outcome == problem


def test_a_port_where_nobody_listens(erp: Erp) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        sent = send(erp[0], f"http://127.0.0.1:{taken.getsockname()[1]}/")

    assert sent.answer.problem == "not-reached"


def test_a_name_that_nobody_knows(erp: Erp, names: Names) -> None:
    names("gone.example", [])

    assert send(erp[0], "http://gone.example/").answer.problem == "unknown-host"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_with_a_transaction_open(settings: Any, receiver: Receiver) -> None:
    from apps.integrations.services import add_destination

    destination, _ = add_destination(name="ERP", url=receiver.url, actor=SETUP, now=timezone.now())

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        send(destination)

    assert receiver.received == []


def certificate_for(name: str, folder: Path) -> Path:
    """A self-signed certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "certificate.pem"
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_tls_asks_for_the_name_whatever_address_is_called(
    erp: Erp, names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate_for("hook.example", tmp_path)
    names("hook.example", ["127.0.0.1"])
    names("other.example", ["127.0.0.1"])
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    with Receiver(tls=serving) as receiver:
        unknown = send(erp[0], f"https://hook.example:{receiver.port}/")
        trusting = ssl.create_default_context(cafile=str(file))
        monkeypatch.setattr(outside, "tls_context", lambda: trusting)
        known = send(erp[0], f"https://hook.example:{receiver.port}/")
        other = send(erp[0], f"https://other.example:{receiver.port}/")

    assert (unknown.answer.problem, other.answer.problem) == ("no-trust", "no-trust")
    assert known.answer.status == 200
    [received] = receiver.received
    assert received.headers["Host"] == f"hook.example:{receiver.port}"
