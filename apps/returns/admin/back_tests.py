"""Back-tests: how far they are, what would have changed, and the cases to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import Act, ActingAdmin, ReadOnlyAdmin, actor_of, section
from apps.common.admin.columns import column, exactly, money, related, state, when
from apps.common.admin.filters import chosen
from apps.returns.admin.story import DECISION_TONES
from apps.returns.models import BackTest, BackTestCase, BackTestTally
from apps.returns.policy.codes import RESPONSES
from apps.returns.services.backtesting import cancel_back_test
from apps.returns.states import RANK, Outcome


@column("state_test", _("status"))
def standing(test: BackTest) -> str:
    if test.cancelled:
        return display.badge(_("cancelled"), display.BAD)
    if test.finished_at:
        return display.badge(_("finished"), display.GOOD)
    return display.badge(_("under way"), display.WAIT)


@column("qty_seen", _("looked at"))
def looked_at(test: BackTest) -> str:
    if test.total is None:
        return display.NOTHING
    of_all = format_html(str(_("of {}")), display.count(test.total))
    return display.noted(display.count(test.seen), of_all)


def _cancel(request: HttpRequest, test: BackTest) -> Any:
    cancel_back_test(test, actor=actor_of(request), now=timezone.now())
    return _("The back-test goes no further.")


CANCEL = Act(
    "cancel",
    _("Cancel"),
    lambda test: _("The back-test goes no further. What was compared so far stays."),
    _cancel,
    fits=lambda test: test.finished_at is None,
    danger=True,
)


@dataclass(frozen=True, slots=True)
class Change:
    """Returns that went alike, in one currency, with the address of their cases (empty: none)."""

    before: str
    after: str
    code: str
    currency: str
    returns: int
    before_minor: int
    after_minor: int
    cases: str

    @property
    def same(self) -> bool:
        return self.before == self.after

    @property
    def more(self) -> int:
        return self.after_minor - self.before_minor

    @property
    def was(self) -> str:
        return _badge(self.before)

    @property
    def would_be(self) -> str:
        return _badge(self.after)

    @property
    def says(self) -> Any:
        return _sentence(self.code)


def _badge(outcome: str) -> str:
    return display.badge(Outcome(outcome).label, DECISION_TONES[Outcome(outcome)])


def _sentence(code: str) -> Any:
    known = RESPONSES.get(code)
    return known.operator if known else code


def results_of(test: BackTest) -> dict[str, Any]:
    """The sums of a test for its page; one statement."""
    rows = list(BackTestTally.objects.filter(back_test=test))
    rebuilt = [row for row in rows if row.rebuilt]
    changes = _summed(test, rebuilt, by_code=False)
    codes = [one for one in _summed(test, rebuilt, by_code=True) if one.cases]
    lost = sum(row.returns for row in rows if not row.rebuilt)
    return {
        "changes": [one for one in changes if not one.same],
        "unchanged": [one for one in changes if one.same],
        "codes": codes,
        "compared": sum(row.returns for row in rebuilt),
        "changed": sum(row.changed for row in rebuilt),
        "lost": lost,
        "lost_cases": _cases(test, rebuilt="no"),
        "all_cases": _cases(test),
    }


def _summed(test: BackTest, rows: Iterable[BackTestTally], *, by_code: bool) -> list[Change]:
    """By outcome before and after, and the code where asked for; the greatest harshness first."""
    sums: dict[tuple[str, str, str, str], list[int]] = {}
    for row in rows:
        key = (row.before, row.after, row.code if by_code else "", row.currency)
        sum_ = sums.setdefault(key, [0, 0, 0, 0])
        amounts = (row.changed if by_code else row.returns, row.before_minor, row.after_minor,
                   row.changed)  # fmt: skip
        for n, amount in enumerate(amounts):
            sum_[n] += amount
    found = []
    for (before, after, code, currency), (returns, was, would, changed) in sums.items():
        named = {"code": code} if by_code else {}
        cases = _cases(test, was=before, would=after, rebuilt="yes", **named) if changed else ""
        found.append(Change(before, after, code, currency, returns, was, would, cases))
    return sorted(found, key=_order)


def _order(one: Change) -> tuple[Any, ...]:
    harsher = RANK[Outcome(one.after)] - RANK[Outcome(one.before)]
    return (-harsher, -one.returns, one.before, one.code, one.currency)


def _cases(test: BackTest, **named: str) -> str:
    query = urlencode({"test": str(test.pk), **named})
    return f"{reverse('admin:returns_backtestcase_changelist')}?{query}"


@admin.register(BackTest)
class BackTestAdmin(ActingAdmin[BackTest], ReadOnlyAdmin[BackTest]):
    """Asked for at a version, carried out by a worker; leaving the page changes nothing."""

    acts = (CANCEL,)
    trail_name = "policy"
    ordering = ("-id",)
    list_display = ("__str__", standing, looked_at, "asked_by", when("asked_at", _("asked for")))
    list_select_related = ("version__policy",)
    lead = _("What versions of policies would have decided about past returns.")
    empty_says = _("Back-tests stand here, with what would have changed.")
    empty_first = _("Open a version of a policy and press “Back-test”.")
    change_form_template = "admin/returns/back_test.html"
    fieldsets = (
        section(
            None, related("version", _("version")), "days", exactly("returns_since", _("returns from")),
            exactly("returns_until", _("to")), "asked_by", exactly("asked_at", _("asked for")),
            exactly("finished_at", _("finished")),
        ),
    )  # fmt: skip

    def trail_key(self, thing: BackTest) -> str:
        return str(thing.version.policy_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BackTest]:
        return super().get_queryset(request).select_related("version__policy")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.figures)
        name = "returns_backtest_figures"
        return [path("<int:key>/figures/", view, name=name), *super().get_urls()]

    def figures(self, request: HttpRequest, key: int) -> HttpResponse:
        """How far it is and what was found, for the page's refresh."""
        test = self.get_object(request, str(key))
        if test is None or not self.has_view_permission(request, test):
            return HttpResponse(status=404)
        context = {"test": test, "state": standing(test), **results_of(test)}
        return TemplateResponse(request, "admin/returns/back_test_figures.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        test = kwargs.get("obj")
        if test is not None:
            context |= {"test": test, "state": standing(test), **results_of(test)}
        return super().render_change_form(request, context, *args, **kwargs)


@column("return", _("return"))
def the_return(case: BackTestCase) -> str:
    return display.link_to("returns.customerreturn", case.customer_return_id, case.customer_return)


@column("why", _("mainly since"))
def why(case: BackTestCase) -> Any:
    return _sentence(case.code)


@column("trial", _("look"))
def trial(case: BackTestCase) -> str:
    """Its whole trace under the version."""
    address = reverse("admin:returns_policyversion_try", args=[case.back_test.version_id])
    query = urlencode({"q": case.customer_return.number})
    return format_html('<a href="{}?{}">{}</a>', address, query, _("Try it"))


class OfTest(admin.SimpleListFilter):
    """The cases of one back-test; without it those of the newest."""

    title = _("Back-test")
    parameter_name = "test"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        tests = list(BackTest.objects.select_related("version__policy").order_by("-id")[:30])
        value = self.value() or ""
        if value.isdigit() and value not in {str(test.pk) for test in tests}:
            tests += BackTest.objects.select_related("version__policy").filter(pk=int(value))
        return [(str(test.pk), f"{test} ({test.pk})") for test in tests]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(back_test=int(value)) if value.isdigit() else queryset


_REBUILT = [("yes", _("compared")), ("no", _("could not be rebuilt"))]


@admin.register(BackTestCase)
class BackTestCaseAdmin(ReadOnlyAdmin[BackTestCase]):
    """Single returns that a version would have decided differently."""

    ordering = ("-back_test_id", "id")
    list_display = (
        the_return, state("before", _("was"), DECISION_TONES),
        state("after", _("would be"), DECISION_TONES), why,
        money("before_minor", _("money back, was")), money("after_minor", _("would be")), trial,
    )  # fmt: skip
    list_display_links = None
    list_select_related = ("customer_return", "back_test__version__policy")
    list_filter = (
        OfTest,
        # “before” and “after” are the list's own words for its pages.
        chosen("was", _("Was"), Outcome.choices, lambda value: Q(before=value)),
        chosen("would", _("Would be"), Outcome.choices, lambda value: Q(after=value)),
        chosen("code", _("Mainly since"), [(code, code) for code in sorted(RESPONSES)]),
        chosen("rebuilt", _("Rebuilt"), _REBUILT, lambda value: Q(rebuilt=value == "yes")),
    )
    lead = _(
        "Returns whose outcome or money would have been another, or that could not be rebuilt."
    )
    empty_says = _("Nothing would have changed, or no back-test was made.")
    empty_first = _("Open a version of a policy and press “Back-test”.")
    fieldsets = (
        section(
            None, related("customer_return", _("return")),
            state("before", _("was"), DECISION_TONES), state("after", _("would be"), DECISION_TONES),
            why, money("before_minor", _("money back, was")),
            money("after_minor", _("would be")), trial,
        ),
    )  # fmt: skip
