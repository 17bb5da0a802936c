"""What the pages of versions share: their context, and the facts a form needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.common import display
from apps.common.errors import Refusal
from apps.inventory.models import Item
from apps.returns.models import ConditionCode, PolicyVersion, ReasonCode
from apps.returns.states import VersionStatus
from apps.stores.models import Store

TONES = {VersionStatus.DRAFT: display.WAIT, VersionStatus.PUBLISHED: display.GOOD}
MOST_CATEGORIES = 200


def page(
    request: HttpRequest, template: str, thing: Model, title: Any, **more: Any
) -> TemplateResponse:
    """A page about a thing, with the frame and the way back to it."""
    opts = thing._meta
    context = {
        **admin.site.each_context(request),
        "opts": opts,
        "title": title,
        "thing_name": display.name_of(thing),
        "thing_url": page_of(thing),
        **more,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, template, context)


def page_of(thing: Model) -> str:
    opts = thing._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[thing.pk])


def tone(version: PolicyVersion) -> str:
    return TONES.get(VersionStatus(version.status), display.CALM)


def currencies() -> list[str]:
    """Those in which any shop sells."""
    return list(Store.objects.order_by("currency").values_list("currency", flat=True).distinct())


def known_codes() -> dict[str, Sequence[tuple[str, str]]]:
    """What codes of a policy are chosen from, with their names."""
    named = Item.objects.exclude(category="").order_by("category")
    categories = named.values_list("category", flat=True).distinct()[:MOST_CATEGORIES]
    return {
        "conditions": list(ConditionCode.objects.order_by("code").values_list("code", "name")),
        "reasons": list(ReasonCode.objects.order_by("code").values_list("code", "name")),
        "categories": [(one, one) for one in categories],
    }


def refused(request: HttpRequest, do: Callable[[], Any]) -> bool:
    """Do it; what refuses it is said above the next page."""
    try:
        do()
    except Refusal as error:
        messages.error(request, error.detail)
        return True
    return False


def before(version: PolicyVersion) -> PolicyVersion | None:
    """What a version is compared with: for a draft what is in force, else what was put in force
    before it."""
    others = PolicyVersion.objects.filter(policy=version.policy_id).exclude(pk=version.pk)
    others = others.select_related("policy")
    if version.status == VersionStatus.DRAFT:
        return others.filter(status=VersionStatus.PUBLISHED).first()
    earlier = others.filter(published_at__lt=version.published_at)
    return earlier.order_by("-published_at").first()
