"""What several tests of the admin need."""

from __future__ import annotations

import html
import re
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from apps.audit.models import AuditEntry


def url(model: type[Model], what: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def page(thing: Model) -> str:
    return url(type(thing), "change", thing.pk)


def act(thing: Model, name: str) -> str:
    return url(type(thing), "act", thing.pk, name)


def text_of(response: Any) -> str:
    """What a reader sees of a page's main part, in one line."""
    assert response.status_code == 200, response.status_code
    body = response.content.decode()
    main = body.partition("<main")[2] or body
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())
    return re.sub(r" ([,.:)])", r"\1", words)


def read(client: Client, address: str, **query: str) -> str:
    return text_of(client.get(address, query))


def rows(client: Client, model: type[Model], **query: str) -> int:
    """How many rows the list of a model shows."""
    response = client.get(url(model), query)
    assert response.status_code == 200, response.status_code
    return len(response.context["cl"].result_list)


def registered() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def actions() -> list[str]:
    """What staff did, as the trail says it."""
    made = AuditEntry.objects.filter(actor_kind="user").order_by("id")
    return list(made.values_list("action", flat=True))
