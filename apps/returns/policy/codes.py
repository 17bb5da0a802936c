"""Response codes with the sentence for the operator and the one for the customer.

The outcome is the usual one; a rule may say another where the policy leaves the choice. `firm` ones
are facts rather than rules: no manager and no recall changes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.returns.states import Outcome


@dataclass(frozen=True, slots=True)
class Response:
    """Both sentences are lazily translated; `customer` may be empty."""

    outcome: Outcome
    operator: Any
    customer: Any
    firm: bool = False


_SORRY = _("We are sorry, we cannot take this back.")
_ASKING = _("We have to ask a manager first.")
_OK, _MORE, _ASK, _NO = Outcome.APPROVED, Outcome.CONTINGENT, Outcome.NEEDS_OVERRIDE, Outcome.DENIED

RESPONSES: dict[str, Response] = {
    "ok": Response(_OK, _("May come back."), _("Thank you.")),
    "recalled": Response(_OK, _("Recalled: take it in every case, and put it in quarantine."), _("This product was recalled; you get your money back.")),
    "no-policy": Response(_NO, _("No return policy is in force for this shop. Call IT."), _("We cannot check this at the moment."), firm=True),
    "receipt-required": Response(_NO, _("Without a receipt nothing comes back under this policy."), _("Please bring the receipt.")),
    "sale-unknown": Response(_NO, _("No sale under this receipt. Check the number, or search by customer."), _("We cannot find this receipt.")),
    "sale-training": Response(_NO, _("This receipt is from training."), _SORRY, firm=True),
    "sale-voided": Response(_NO, _("This sale was voided at the register."), _SORRY, firm=True),
    "sale-other-currency": Response(_NO, _("The sale was in another currency than this shop's."), _("Please return it in the country where you bought it."), firm=True),
    "line-not-on-receipt": Response(_NO, _("The receipt has no such line."), _("This product is not on the receipt."), firm=True),
    "quantity-exceeded": Response(_NO, _("More than is left of this line: earlier returns count."), _("This was returned before."), firm=True),
    "window-expired": Response(_NO, _("The return window has ended."), _("The time for returning this has passed.")),
    "final-sale": Response(_NO, _("Sold as final."), _("This was sold as final and cannot come back.")),
    "not-returnable": Response(_NO, _("This product cannot be returned."), _SORRY),
    "hazardous": Response(_NO, _("Hazardous goods are not taken back over the counter."), _SORRY),
    "exchange-unknown-item": Response(_NO, _("There is no such product to exchange for."), _("We do not have this product."), firm=True),
    "exchange-not-stocked": Response(_NO, _("The exchange product is not stocked in this shop."), _("We do not have this product here."), firm=True),
    "exchange-out-of-stock": Response(_NO, _("Too little of the exchange product on hand that is not reserved."), _("This product is not available at the moment."), firm=True),
    "clock-suspect": Response(_OK, _("The register's clock is more than 5 minutes off; our time decided."), ""),
}  # fmt: skip
"""By code; stable, whatever becomes of the sentences."""
