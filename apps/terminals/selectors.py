from __future__ import annotations

from apps.common.caller import Caller
from apps.terminals.models import Credential


def credential_of(caller: Caller) -> Credential:
    """The credential behind the token of this request."""
    return Credential.objects.defer("secret_hash", "asked_under").get(pk=caller.credential_id)
