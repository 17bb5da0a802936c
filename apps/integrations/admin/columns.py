"""How the secrets of a destination are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin.columns import column, state
from apps.common.encrypted import sealed_value
from apps.common.keyring import keyring
from apps.integrations.models import Destination, WebhookSecret
from apps.integrations.states import SecretStatus

STATUS = state(
    "status",
    _("status"),
    {SecretStatus.ACTIVE: display.GOOD, SecretStatus.RETIRING: display.WAIT},
)


@column("state_secrets", _("secrets"))
def secrets(destination: Destination) -> str:
    """Of those that sign: `destination.secrets` is loaded with the list."""
    found = list(destination.secrets.all())
    if not all(_is_readable(secret) for secret in found):
        return display.badge(_("cannot be read: key missing"), display.BAD)
    if not found:
        return display.muted(_("none needed"))
    if len(found) > 1:
        return display.badge(_("two sign at present"), display.WAIT)
    return display.badge(_("one signs"), display.GOOD)


@column("state_kept", _("kept"))
def kept(secret: WebhookSecret) -> str:
    """Under which key; the secret itself is shown nowhere."""
    sealed = sealed_value(secret, "secret")
    if sealed is None:
        return display.muted(_("forgotten"))
    if not _is_readable(secret):
        return display.badge(_("cannot be read: key missing"), display.BAD)
    return display.noted(_("encrypted"), _("key %(mark)s") % {"mark": sealed.mark})


def _is_readable(secret: WebhookSecret) -> bool:
    """By its key alone: opening each to see whether it is damaged is for the encryption page."""
    sealed = sealed_value(secret, "secret")
    return sealed is None or sealed.mark in keyring().marks
