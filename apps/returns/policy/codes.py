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
    "item-unknown": Response(_NO, _("There is no such product. Scan it, or name its SKU."), _("We do not know this product."), firm=True),
    "price-unknown": Response(_NO, _("Not sold in the time that is looked back: it has no price."), _SORRY),
    "gift-receipt-refused": Response(_NO, _("This policy takes no gift receipts."), _("Please bring the receipt.")),
    "id-required": Response(_MORE, _("Ask for an identity document, enter it, and ask again."), _("Please show us an identity document.")),
    "customer-required": Response(_MORE, _("Ask who the customer is (number, document or card), and ask again."), _("Please tell us who you are.")),
    "no-receipt-cap": Response(_NO, _("More than may come back without a receipt."), _("Please bring the receipt.")),
    "no-receipt-limit": Response(_NO, _("This customer has brought as much as may come back without receipts."), _("Please bring the receipt.")),
    "condition-refused": Response(_NO, _("Goods in this condition are not taken back."), _("In this condition we cannot take it back.")),
    "condition-required": Response(_MORE, _("Say in which condition it is, and ask again."), ""),
    "restocking-fee": Response(_OK, _("A restocking fee is kept back for this condition."), _("A restocking fee is kept back.")),
    "reason-refused": Response(_NO, _("Goods of this category do not come back for this reason."), _SORRY),
    "reason-required": Response(_MORE, _("Say why it comes back, and ask again."), ""),
    "serial-missing": Response(_MORE, _("Enter the serial number, and ask again."), ""),
    "serial-wrong": Response(_NO, _("Another piece than was sold: the serial number differs."), _("This is not the piece that was bought with this receipt."), firm=True),
    "service-not-refunded": Response(_NO, _("Shipping and services are not given back."), _("Shipping and services are not given back.")),
    "bought-online": Response(_ASK, _("Bought online."), _ASKING),
    "bought-by-phone": Response(_ASK, _("Bought by phone."), _ASKING),
    "other-store": Response(_ASK, _("Bought in another shop."), _("Please return it where you bought it.")),
    "other-region": Response(_ASK, _("Bought in another region."), _("Please return it where you bought it.")),
    "amount-above-limit": Response(_ASK, _("More than may be given back without a manager."), _ASKING),
    "amount-above-maximum": Response(_NO, _("More than one return may give back."), _SORRY),
    "register-limit": Response(_ASK, _("More than this register may give back without a manager."), _ASKING),
    "operator-limit": Response(_ASK, _("More than an operator may give back in a day without a manager."), _ASKING),
    "frequent-returner": Response(_ASK, _("This customer returns more than usual."), _ASKING),
    "operator-exceptions": Response(_ASK, _("This operator had more exceptions than usual."), _ASKING),
    "goes-to-other-shop": Response(_OK, _("This shop does not carry it: put it aside for another shop."), ""),
    "not-carried-here": Response(_ASK, _("This shop does not carry it."), _ASKING),
    "being-counted": Response(_ASK, _("It is being counted: its stock must not change now."), _ASKING),
    "sale-data-old": Response(_ASK, _("The register that sold was not heard of for too long."), _ASKING),
    "stock-data-old": Response(_ASK, _("What is known of the stock is too old."), _ASKING),
    "offline-beyond-limits": Response(_ASK, _("Decided offline, on old data or above the amount for it."), _ASKING),
    "offline-differs": Response(_OK, _("The register had decided otherwise while it was offline."), ""),
    "manager-refused": Response(_NO, _("A manager did not allow it."), _SORRY, firm=True),
    "exchange-recalled": Response(_NO, _("The exchange product was recalled: do not hand it out."), _("This product is not available at the moment."), firm=True),
    "adjustment-too-large": Response(_NO, _("The amount was changed by more than the policy allows, or to less than nothing."), _SORRY, firm=True),
    "adjustment-above-limit": Response(_ASK, _("The amount was changed by more than an operator may: a manager has to allow it."), _ASKING),
    "clock-suspect": Response(_OK, _("The register's clock is more than 5 minutes off; our time decided."), ""),
}  # fmt: skip
"""By code; stable, whatever becomes of the sentences."""
