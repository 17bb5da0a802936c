"""The page of a draft: its form, saved with an eye on what others saved meanwhile."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.common.admin import actor_of
from apps.common.errors import StaleState
from apps.returns.admin.policy import pages, words
from apps.returns.admin.policy.form import RulesForm
from apps.returns.models import PolicyVersion
from apps.returns.services import versions


def edit(request: HttpRequest, draft: PolicyVersion, **more: Any) -> HttpResponse:
    """GET shows the form; POST saves it, says what does not fit beside its field, or what others
    saved meanwhile."""
    posted = request.POST if request.method == "POST" else None
    form = RulesForm(
        draft.rules, currencies=pages.currencies(), known=pages.known_codes(), posted=posted
    )
    if posted is None:
        return _show(request, draft, form, seen=draft.lock_version, **more)
    text = request.POST.get("lock_version", "")
    seen = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not form.is_valid():
        return _show(request, draft, form, seen=seen, **more)
    try:
        actor, now = actor_of(request), timezone.now()
        saved = versions.save_draft(draft.pk, form.rules, seen=seen, actor=actor, now=now)
    except versions.SavedMeanwhile as refused:
        return _overtaken(request, refused.theirs, form, **more)
    except (StaleState, ValidationError) as refused:
        messages.error(request, getattr(refused, "detail", str(refused)))
        return HttpResponseRedirect(pages.page_of(draft))
    messages.success(
        request, _("%(version)s is saved. It decides nothing yet.") % {"version": saved}
    )
    return HttpResponseRedirect(pages.page_of(draft))


def _overtaken(
    request: HttpRequest, theirs: PolicyVersion, form: RulesForm, **more: Any
) -> HttpResponse:
    """What was typed stays in the form; saving again puts it in the place of theirs."""
    differ = [one for one in words.differences(theirs.rules, form.rules) if one.changed]
    who = theirs.written_by or _("Somebody")
    conflict = {"who": who, "at": theirs.written_at, "differences": differ}
    return _show(request, theirs, form, seen=theirs.lock_version, conflict=conflict, **more)


def _show(
    request: HttpRequest, draft: PolicyVersion, form: RulesForm, *, seen: int, **more: Any
) -> HttpResponse:
    return pages.page(
        request, "admin/returns/draft.html", draft, str(draft), version=draft, form=form, seen=seen,
        tone=pages.tone(draft), before=pages.before(draft), **more,
    )  # fmt: skip
