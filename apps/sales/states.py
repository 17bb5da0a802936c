from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    STORE = "store", _("In a shop")
    ONLINE = "online", _("Online")
    PHONE = "phone", _("By phone")


class TenderKind(models.TextChoices):
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    GIFT_CARD = "gift_card", _("Gift card")
    STORE_CREDIT = "store_credit", _("Store credit")
    WALLET = "wallet", _("Wallet")
    INVOICE = "invoice", _("On invoice")


class ConflictStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("state", "Open")  # in the error queue
    RESOLVED = "resolved", _("Resolved")  # somebody saw to it; open again when it comes again
    DISCARDED = "discarded", _("Discarded")  # of no account, however often it comes
