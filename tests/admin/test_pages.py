"""Pages of one thing, pages by themselves, and what all of them keep to."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.test import Client

from apps.events.services import place_events
from apps.insights.services.checking import run_and_keep
from tests.admin.helpers import page, registered
from tests.world import Register, card, pay_out


def things(register: Register) -> list[Model]:
    """One thing of each kind that has a page."""
    sale = register.sell(tenders=[card(1530, ref="sbx_decline_1")])
    register.take_back(sale, "1")
    register.take_back(register.sell(tenders=[card(1530)]), "1")
    register.post("sales", {**sale, "customer": "C-2"})
    register.count_stock("85123A", "7")
    pay_out()
    place_events()
    return [
        thing for model in registered() if (thing := model._default_manager.first()) is not None
    ]


def test_every_page_opens_and_keeps_to_the_content_policy(
    it: Client, auditor: Client, register: Register
) -> None:
    for thing in things(register):
        for client in (it, auditor):
            response = client.get(page(thing))
            body = response.content.decode()
            assert response.status_code == 200, thing
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", body), thing
            assert "object (" not in body, thing
        assert "default-src 'self'" in response["Content-Security-Policy"]


def test_pages_of_things_take_few_statements(
    it: Client, register: Register, django_assert_max_num_queries: object
) -> None:
    assert callable(django_assert_max_num_queries)
    for thing in things(register):
        with django_assert_max_num_queries(22):
            it.get(page(thing))


@pytest.mark.parametrize("address", ["/nowhere", "/admin/nowhere/"])
def test_what_is_not_here_says_so(it: Client, address: str) -> None:
    response = it.get(address)

    assert response.status_code == 404
    assert b"There is no page at this address" in response.content
    assert b"admin_theme.css" in response.content


def test_what_is_not_allowed_says_so(auditor: Client, register: Register) -> None:
    response = auditor.post(page(register.store), {})

    assert response.status_code == 403
    assert b"Your role does not include this." in response.content


def test_a_problem_has_its_page(client: Client) -> None:
    body = client.get("/problems/token-expired").content.decode()

    assert "The access token has expired" in body
    assert "<style" not in body


def test_nobody_unknown_has_a_role() -> None:
    assert not AnonymousUser().has_perm("sales.view_sale")


def test_the_check_of_the_books_is_a_table(
    it: Client, register: Register, transactional_db: None
) -> None:
    from django.utils import timezone

    run = run_and_keep(now=timezone.now())
    body = it.get(page(run)).content.decode()

    assert "what must hold" in body
    assert "broken by" in body
