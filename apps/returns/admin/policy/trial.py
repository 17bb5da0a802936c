"""Trying a version on one return, past or made up: outcome, texts and the whole trace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.admin.choices import CHOOSE
from apps.common.cards import contains_card_number
from apps.common.errors import Invalid, Refusal
from apps.common.money import exponent
from apps.returns.admin.policy import pages
from apps.returns.admin.story import DECISION_TONES, TraceRow, trace_row
from apps.returns.commands import AskedExchange, AskedLine, AskReturn
from apps.returns.models import ConditionCode, CustomerReturn, PolicyVersion, ReasonCode
from apps.returns.policy import LineDecision
from apps.returns.policy.appeal import number_of
from apps.returns.policy.codes import RESPONSES
from apps.returns.services.trying import Tried, try_ask, try_past
from apps.returns.states import Disposition, Outcome, RefundTo
from apps.sales.commands import SaleKey
from apps.stores.models import Store

LINES = 5
EXCHANGES = 3
MOST_FOUND = 20


def _text(label: Any, most: int = 64, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **more)


class MadeUpForm(forms.Form):
    """What a register would send; nothing of it is kept."""

    store = forms.ModelChoiceField(
        Store.objects.order_by("number"),
        label=gettext_lazy("Shop that takes the goods back"),
        empty_label=CHOOSE,
    )
    receipt = _text(
        gettext_lazy("Receipt number"), 96, help_text=gettext_lazy("Empty: without a receipt.")
    )
    gift = forms.BooleanField(label=gettext_lazy("It is a gift receipt"), required=False)
    at = forms.DateTimeField(
        label=gettext_lazy("When"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("In UTC. Empty: now."),
    )  # fmt: skip
    operator = _text(gettext_lazy("Operator"))
    customer = _text(gettext_lazy("Customer number"))
    document = forms.BooleanField(label=gettext_lazy("A document is shown"), required=False)
    refund_to = forms.ChoiceField(label=gettext_lazy("Money to"), choices=RefundTo.choices)


class LineForm(forms.Form):
    """One line: of the sale where there is a receipt, else by SKU."""

    sale_line = forms.IntegerField(
        label=gettext_lazy("Line of the receipt"), required=False, min_value=1, max_value=9999
    )
    sku = _text(gettext_lazy("or SKU"))
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), required=False, min_value=Decimal("0.001"), max_digits=9,
        decimal_places=3,
    )  # fmt: skip
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    condition = forms.ChoiceField(label=gettext_lazy("Condition"), required=False)
    serial = _text(gettext_lazy("Serial number"))

    def __init__(self, *args: Any, words: tuple[list[Any], list[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in zip(("reason", "condition"), words, strict=True):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("not said")), *choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("quantity") and bool(data.get("sale_line")) == bool(data.get("sku")):
            raise forms.ValidationError(_("Name the line of the receipt, or the SKU."))
        return data


class ExchangeForm(forms.Form):
    """What is taken along instead; its price is in the money of the shop."""

    sku = _text(gettext_lazy("SKU"))
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), required=False, min_value=Decimal("0.001"), max_digits=9,
        decimal_places=3,
    )  # fmt: skip
    price = forms.DecimalField(
        label=gettext_lazy("Price of one"), required=False, min_value=Decimal(0), max_digits=12
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given = [data.get(name) not in (None, "") for name in ("sku", "quantity", "price")]
        if any(given) and not all(given) and not self.errors:
            raise forms.ValidationError(_("Name the SKU, the quantity and the price."))
        return data

    def asked(self, number: int, currency: str) -> AskedExchange:
        """Invalid for a price that this money has no coins for."""
        row = self.cleaned_data
        price = row["price"].scaleb(exponent(currency))
        if price != price.to_integral_value():
            raise Invalid(
                _("%(price)s is no price in %(currency)s.")
                % {"price": row["price"], "currency": currency}
            )
        return AskedExchange(number, row["sku"], row["quantity"], int(price))


@dataclass(frozen=True, slots=True)
class Shown:
    """A trial in words."""

    tried: Tried
    tone: str
    trace: list[TraceRow]
    lines: list[tuple[LineDecision, str, str, str]]

    @property
    def outcome(self) -> Any:
        return self.tried.decision.outcome.label


def show(request: HttpRequest, version: PolicyVersion) -> HttpResponse:
    """GET tries a past return (`q`, its number or receipt); POST one that is made up."""
    every = PolicyVersion.objects.select_related("policy").order_by("policy__name", "-version")
    words = _words()
    posted = request.POST if request.method == "POST" else None
    form = MadeUpForm(posted, initial={"refund_to": RefundTo.ORIGINAL})
    lines = [LineForm(posted, prefix=f"line{n}", words=words) for n in range(LINES)]
    exchange = [ExchangeForm(posted, prefix=f"exchange{n}") for n in range(EXCHANGES)]
    shown, problem = None, ""
    found: list[CustomerReturn] = []
    term = request.GET.get("q", "").strip()
    if posted is not None:
        shown, problem = _try_made_up(form, lines, exchange, version)
    elif term:
        found = find_returns(term)
        if len(found) == 1:
            shown = _shown(try_past(found[0].pk, version))
    return pages.page(
        request, "admin/returns/try.html", version, _("Try %(version)s") % {"version": version},
        version=version, every=every, term=term, found=found, form=form, lines=lines, exchange=exchange,
        shown=shown, problem=problem, made_up=posted is not None,
    )  # fmt: skip


def find_returns(term: str) -> list[CustomerReturn]:
    """By the number, the appeal reference, or the receipt of its sale; the newest first."""
    if contains_card_number(term):
        return []
    number = number_of(term) or term
    if found := list(CustomerReturn.objects.filter(number__iexact=number)[:1]):
        return found
    of_sale = CustomerReturn.objects.filter(sale__receipt_number=term)
    return list(of_sale.order_by("-received_at", "-pk")[:MOST_FOUND])


def _try_made_up(
    form: MadeUpForm,
    lines: Sequence[LineForm],
    exchange: Sequence[ExchangeForm],
    version: PolicyVersion,
) -> tuple[Shown | None, str]:
    valid = [
        one.is_valid() for one in (form, *lines, *exchange)
    ]  # each, so that each says what is wrong
    if not all(valid):
        return None, ""
    asked = [one.cleaned_data for one in lines if one.cleaned_data.get("quantity")]
    if not asked:
        return None, _("Write a quantity into at least one line.")
    said = form.cleaned_data
    try:
        ask = _ask(said, asked, [one for one in exchange if one.cleaned_data.get("sku")])
        at = said["at"] or timezone.now()
        return _shown(try_ask(ask, shop=said["store"], version=version, at=at)), ""
    except Refusal as refused:
        return None, refused.detail


def _ask(
    said: dict[str, Any], asked: Sequence[dict[str, Any]], exchange: Sequence[ExchangeForm]
) -> AskReturn:
    currency = said["store"].currency
    return AskReturn(
        sale=SaleKey(receipt_number=said["receipt"]) if said["receipt"] else None,
        lines=tuple(
            AskedLine(
                number, row["sale_line"], row["sku"], row["quantity"], row["reason"],
                row["condition"], row["serial"],
            )
            for number, row in enumerate(asked, start=1)
        ),
        exchange=tuple(one.asked(n, currency) for n, one in enumerate(exchange, start=1)),
        refund_to=said["refund_to"], operator=said["operator"],
        customer=said["customer"], occurred_at=None, complete=False, gift_receipt=said["gift"],
        id_hash="shown for a trial" if said["document"] else "",
    )  # fmt: skip


def _words() -> tuple[list[Any], list[Any]]:
    return (
        list(ReasonCode.objects.order_by("name").values_list("code", "name")),
        list(ConditionCode.objects.order_by("name").values_list("code", "name")),
    )


def _shown(tried: Tried) -> Shown:
    decision, facts = tried.decision, tried.facts
    zone, currency = facts.store_timezone, tried.currency
    return Shown(
        tried,
        DECISION_TONES[decision.outcome],
        [trace_row(row, zone=zone, currency=currency) for row in decision.trace],
        [
            (line, DECISION_TONES[line.outcome], _sentences(line.codes), _goes_to(line))
            for line in decision.lines
        ],
    )


def _sentences(codes: Iterable[str]) -> str:
    return " ".join(str(RESPONSES[code].operator) for code in codes if code in RESPONSES)


def _goes_to(line: LineDecision) -> str:
    known = dict(Disposition.choices)
    return "" if line.outcome == Outcome.DENIED else str(known.get(line.disposition, ""))
