"""Who may open and do what in the admin, as a table for auditors: from roles, pages and their rules.

`python -m tests.admin.access_table` writes docs/access.md anew; tests/accounts/test_access_table.py holds it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "docs" / "access.md"
HEAD = """\
# Who may see and do what

This table is made from the program itself (`python -m tests.admin.access_table`), and a test fails while it
differs. Each cell is tried against its page.

- **all**: of every shop. An IT administrator or auditor who was given shops sees those only, and no page about the
  whole (marked *).
- **own**: of the shops and regions the person was given; with none given, nothing.
- **no**: neither in the navigation nor by its address.
- What may be done stands behind it: *add*, *change* (with every button of the page), *delete*, or *buttons* alone,
  where a ledger has some.
- Auditors may take along what they see: exports of the trail, auditor packs, the review of access. Everybody may
  change their own password and second factor, and log themselves out.

Registers (the API) have scopes instead of roles: [api.md](api.md).

"""
NO = "no"
SINGLE = {
    "returns.CustomerReturn": {
        "returns.override_customerreturn": "decide on what waits",
        "returns.void_customerreturn": "void",
    },
}


def table() -> str:
    """The document, as it has to be."""
    return HEAD + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    from apps.accounts.models import Role
    from apps.insights.places import PLACES

    roles = list(Role)
    for place, entries in PLACES:
        yield f"## {place}"
        yield ""
        yield f"| | {' | '.join(str(role.label) for role in roles)} |"
        yield f"| --- |{' --- |' * len(roles)}"
        for entry in entries:
            cells = " | ".join(cell(entry, role) for role in roles)
            yield f"| {_name(entry)} | {cells} |"
        yield ""


def cell(entry: object, role: str) -> str:
    """What stands there for one role."""
    from apps.insights.places import Page

    return _page(entry, role) if isinstance(entry, Page) else _list(str(entry), role)


def _name(entry: object) -> str:
    from django.apps import apps
    from django.utils.text import capfirst

    from apps.insights.places import Page

    if isinstance(entry, Page):
        return str(entry.name)
    meta = apps.get_model(str(entry))._meta
    about_all = "" if _rule(str(entry)) is not None else " *"
    return f"{capfirst(str(meta.verbose_name_plural))}{about_all}"


def _page(page: object, role: str) -> str:
    from apps.accounts.policy import BOUND, is_allowed
    from apps.insights.places import Page

    assert isinstance(page, Page)
    if not is_allowed(role, page.permission):
        return NO
    return "own" if role in BOUND else "all"


def _list(label: str, role: str) -> str:
    from django.apps import apps
    from django.contrib import admin

    from apps.accounts.policy import BOUND
    from apps.common.admin import ReadOnlyAdmin

    model = apps.get_model(label)
    owner, request = admin.site._registry[model], _request(role)
    if not owner.has_view_permission(request):
        return NO
    verbs = ("add", "change", "delete")
    may = [verb for verb in verbs if getattr(owner, f"has_{verb}_permission")(request)]
    if isinstance(owner, ReadOnlyAdmin) and getattr(owner, "acts", None):
        may += ["buttons"] * request.user.has_perm(
            f"{model._meta.app_label}.change_{model._meta.model_name}"
        )
    for permission, says in SINGLE.get(label, {}).items():
        may += [says] * request.user.has_perm(permission)
    return ": ".join(filter(None, ("own" if role in BOUND else "all", ", ".join(may))))


def _request(role: str) -> Any:
    """By somebody of that role, who has some shop where the role needs one."""
    from django.test import RequestFactory

    from apps.accounts.models import User
    from apps.accounts.policy import BOUND

    request: Any = RequestFactory().get("/")
    request.user = User(role=role, is_staff=True, is_active=True)
    request._shops_seen = frozenset({1}) if role in BOUND else None
    return request


def _rule(label: str) -> object:
    from django.apps import apps
    from django.contrib import admin

    return getattr(admin.site._registry[apps.get_model(label)], "shop_rule", None)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returns_mgmt.settings")
    django.setup()
    from django.contrib import admin as _admin

    _admin.autodiscover()
    FILE.write_text(table())
