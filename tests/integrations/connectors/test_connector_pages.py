"""Destinations of other kinds in the admin: added without an address, set up, and tried."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.integrations.models import Destination
from apps.integrations.services import add_destination
from apps.integrations.states import DestinationKind
from tests.admin.helpers import act, page, text_of, url
from tests.books import books, nothing_changes
from tests.integrations.connectors.far_side import FarSide, Reply
from tests.integrations.forms import filled
from tests.world import SETUP

URLS = {"rest": "https://erp.example/api", "tryton": "https://erp.example/production"}
SETTINGS: dict[str, dict[str, Any]] = {
    "rest": {"config": {"method": "PUT", "headers": {"X-Tenant": "42"}, "auth": {"kind": "bearer"}}},
    "journal": {"config": {"folder": "books", "accounts": {"returns": "Income:Back"},
                           "timezone": "Europe/Berlin"}},
    "file": {"config": {"folder": "erp", "columns": ["a", "b"], "delimiter": "semicolon"}},
    "tryton": {"config": {
        "company": 1, "customer": "POS", "customers": {"0007": "POS-7"}, "skip_warnings": False,
        "accounts": {"returns": "1", "tax": "2", "clearing": "3", "tender": "4"},
        "locations": {"damaged": "DMG"}, "tenders": {"cash": "1000"}}},
}  # fmt: skip
ACCOUNTS = {f"set_accounts_{role}": "1" for role in ("returns", "tax", "clearing", "tender")}


def add(it: Client, kind: str, **form: Any) -> Any:
    """As the page does: the kind in the address, what was not filled in as it stood there."""
    address = f"{url(Destination, 'add')}?kind={kind}"
    stands = it.get(address).context["adminform"].form
    values = {one.name: one.value() for one in stands if one.value() not in (None, False)}
    return it.post(address, {**values, "name": "Books", **form})


def destination() -> Destination:
    return Destination.objects.get()


def test_the_kind_is_chosen_first(it: Client, manager: Client) -> None:
    body = it.get(url(Destination, "add")).content.decode()
    for kind in DestinationKind:
        assert f'href="?kind={kind.value}"' in body
        assert it.get(f"{url(Destination, 'add')}?kind={kind.value}").status_code == 200
    assert manager.get(url(Destination, "add")).status_code == 403


def test_a_journal_is_set_up_in_one_form_and_waits_to_be_tried(it: Client) -> None:
    assert (
        add(it, "journal", set_folder="books", set_taxes="VAT-S = Liabilities:VAT:19").status_code
        == 302
    )

    made = destination()
    assert (made.kind, made.url, made.status) == ("journal", "", "paused")
    assert made.config == {"folder": "books", "taxes": {"VAT-S": "Liabilities:VAT:19"}}
    assert (made.event_types, made.ordered) == (["return.*", "refund.*"], True)
    entry = AuditEntry.objects.get(action="destination.added")
    assert entry.data["config"] == made.config


def test_rest_with_oauth(it: Client) -> None:
    add(it, "rest", url="https://erp.example/api", set_method="PUT", set_path="/r/{body.number}",
        set_headers="X-Tenant: 42", set_auth_kind="oauth", set_idempotency_header="",
        set_auth_token_url="https://login.example/token", credential_client_id="till",
        credential_client_secret="s3cret-words")  # fmt: skip

    made = destination()
    assert made.config == {
        "method": "PUT", "path": "/r/{body.number}", "headers": {"X-Tenant": "42"},
        "auth": {"kind": "oauth", "token_url": "https://login.example/token"},
        "idempotency_header": "",
    }  # fmt: skip
    assert json.loads(made.credentials or "") == {
        "client_id": "till",
        "client_secret": "s3cret-words",
    }
    assert "s3cret-words" not in it.get(page(made)).content.decode() + str(books())


def test_a_file_drop_to_a_server(it: Client) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    add(it, "file", set_folder="erp", set_columns="number\n\n sku", set_place="sftp",
        set_sftp_host="files.example", set_sftp_user="till", set_sftp_host_key=key,
        credential_password=" spaces stay ")  # fmt: skip

    made = destination()
    assert made.config["columns"] == ["number", "sku"]
    assert made.config["sftp"] == {"host": "files.example", "user": "till", "host_key": key}
    assert json.loads(made.credentials or "") == {"password": " spaces stay "}
    assert (made.sync_mode, made.every_seconds, made.max_age_seconds) == ("every", 900, 3_600)


@pytest.mark.parametrize(
    ("kind", "form", "field", "said"),
    [
        ("rest", {}, "url", "It needs an address."),
        ("tryton", ACCOUNTS, "url", "It needs an address."),
        ("journal", {"set_folder": "../x"}, "set_folder", "“Folder” cannot be “../x”"),
        ("journal", {}, "set_folder", "“Folder” is missing."),
        ("journal", {"set_folder": "b", "set_accounts_tax": "Cash"}, "set_accounts_tax", "is no account"),
        ("journal", {"set_folder": "b", "set_taxes": "VAT"}, "set_taxes", "“VAT” needs a name"),
        ("journal", {"set_folder": "b", "set_taxes": "VAT-S = Cash"}, "set_taxes", "is no account"),
        ("rest", {"set_path": "no slash"}, "set_path", "“Path” cannot be"),
        ("rest", {"set_headers": "Host: x"}, "set_headers", "“Host” is not set here."),
        ("rest", {"set_auth_kind": "bearer"}, "credential_token", "It is needed"),
        ("rest", {"set_auth_kind": "oauth"}, "set_auth_token_url", "“Address for tokens” is missing."),
        ("rest", {"set_success": "a["}, "set_success", "is not an expression"),
        ("file", {"set_folder": "erp"}, "set_columns", "is missing"),
        ("file", {"set_place": "sftp"}, "set_sftp_host", "“Server” is missing."),
        ("file", {"set_place": "sftp"}, "credential_password", "It is needed"),
        ("file", {"set_sftp_port": "70000"}, "set_sftp_port", "from 1 to 65535"),
        ("tryton", {}, "set_company", "“Company” is missing"),
        ("tryton", {}, "set_accounts_clearing", "names no account"),
        ("tryton", {}, "credential_key", "It is needed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(
    it: Client, kind: str, form: dict[str, str], field: str, said: str
) -> None:
    with nothing_changes():
        answer = add(it, kind, **form)
    assert said in " ".join(answer.context["adminform"].form.errors[field])


@pytest.mark.parametrize("kind", ["rest", "journal", "file", "tryton"])
def test_the_form_of_a_kind_is_saved_as_it_was_read(it: Client, kind: str) -> None:
    made, _ = add_destination(
        name="Books", kind=DestinationKind(kind), url=URLS.get(kind, ""), settings=SETTINGS[kind],
        credentials={"key": "k", "password": "p", "token": "t"}, actor=SETUP, now=timezone.now(),
    )  # fmt: skip
    with nothing_changes():
        assert it.post(page(made), filled(it, made)).status_code == 302


def test_a_change_writes_what_was_changed_only(it: Client) -> None:
    made, _ = add_destination(
        name="Books", kind=DestinationKind.JOURNAL, url="", settings=SETTINGS["journal"],
        actor=SETUP, now=timezone.now(),
    )  # fmt: skip
    it.post(page(made), filled(it, made, set_accounts_returns="", set_timezone="Europe/Vienna"))

    assert destination().config == {"folder": "books", "timezone": "Europe/Vienna"}


def test_who_only_looks_sees_the_settings_in_words(auditor: Client) -> None:
    made, _ = add_destination(
        name="Books", kind=DestinationKind.REST, url=URLS["rest"], settings=SETTINGS["rest"],
        credentials={"token": "never-shown"}, actor=SETUP, now=timezone.now(),
    )  # fmt: skip
    shown = text_of(auditor.get(page(made)))
    for words in ("PUT", "X-Tenant: 42", "Bearer token", "is there"):
        assert words in shown
    assert "never-shown" not in shown
    assert "{'" not in shown


def test_a_journal_is_tried(it: Client, drops: Path) -> None:
    add(it, "journal", set_folder="books")

    shown = text_of(it.post(act(destination(), "try")))

    assert "in order" in shown
    assert f"{drops / 'books'} can be written to." in shown
    entry = AuditEntry.objects.get(action="destination.test_sent")
    assert (entry.outcome, entry.data) == ("ok", {"milliseconds": 0})


def test_what_is_not_in_order_is_said(it: Client, far_side: FarSide) -> None:
    far_side.answers(Reply({"message": "No such database", "description": ""}, 400))
    add(it, "tryton", url=f"{far_side.url}/erp", set_company="1", set_customer="POS",
        credential_key="s3cret-key", **ACCOUNTS)  # fmt: skip
    assert destination().timeout_seconds == 60

    shown = text_of(it.post(act(destination(), "try")))

    assert far_side.asked[0].headers["Authorization"] == "Bearer s3cret-key"
    assert "not in order" in shown
    assert "No such database" in shown
    assert "s3cret-key" not in str(books())


@pytest.mark.parametrize("name", ["send-test", "rotate-secret"])
def test_buttons_of_webhooks_are_not_for_others(it: Client, name: str) -> None:
    add(it, "journal", set_folder="books")

    with nothing_changes():
        it.post(act(destination(), name))
    assert act(destination(), name) not in it.get(page(destination())).content.decode()


def test_and_theirs_not_for_webhooks(it: Client) -> None:
    add(it, "webhook", url="https://erp.example/")

    with nothing_changes():
        it.post(act(destination(), "try"))
