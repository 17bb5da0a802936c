"""Response codes with the sentence for the operator and the one for the customer."""

from __future__ import annotations

from dataclasses import dataclass

from apps.returns.states import Outcome


@dataclass(frozen=True, slots=True)
class Response:
    outcome: Outcome
    operator: str
    customer: str


_SORRY = "We are sorry, we cannot take this back."

RESPONSES: dict[str, Response] = {
    "ok": Response(Outcome.APPROVED, "May come back.", "Thank you."),
    "recalled": Response(Outcome.APPROVED, "Recalled: take it in every case, and put it in quarantine.", "This product was recalled; you get your money back."),
    "no-policy": Response(Outcome.DENIED, "No return policy is in force for this shop. Call IT.", "We cannot check this at the moment."),
    "receipt-required": Response(Outcome.DENIED, "Without a receipt nothing comes back under this policy.", "Please bring the receipt."),
    "sale-unknown": Response(Outcome.DENIED, "No sale under this receipt. Check the number, or search by customer.", "We cannot find this receipt."),
    "sale-training": Response(Outcome.DENIED, "This receipt is from training.", _SORRY),
    "sale-voided": Response(Outcome.DENIED, "This sale was voided at the register.", _SORRY),
    "sale-other-currency": Response(Outcome.DENIED, "The sale was in another currency than this shop's.", "Please return it in the country where you bought it."),
    "line-not-on-receipt": Response(Outcome.DENIED, "The receipt has no such line.", "This product is not on the receipt."),
    "quantity-exceeded": Response(Outcome.DENIED, "More than is left of this line: earlier returns count.", "This was returned before."),
    "window-expired": Response(Outcome.DENIED, "The return window has ended.", "The time for returning this has passed."),
    "final-sale": Response(Outcome.DENIED, "Sold as final.", "This was sold as final and cannot come back."),
    "not-returnable": Response(Outcome.DENIED, "This product cannot be returned.", _SORRY),
    "hazardous": Response(Outcome.DENIED, "Hazardous goods are not taken back over the counter.", _SORRY),
    "exchange-unknown-item": Response(Outcome.DENIED, "There is no such product to exchange for.", "We do not have this product."),
    "exchange-not-stocked": Response(Outcome.DENIED, "The exchange product is not stocked in this shop.", "We do not have this product here."),
    "exchange-out-of-stock": Response(Outcome.DENIED, "Too little of the exchange product on hand that is not reserved.", "This product is not available at the moment."),
    "clock-suspect": Response(Outcome.APPROVED, "The register's clock is more than 5 minutes off; our time decided.", ""),
}  # fmt: skip
