"""What staff do to destinations. Each calls one service."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import Act, ActingAdmin, actor_of
from apps.integrations import services
from apps.integrations.commands import SentTest
from apps.integrations.models import Destination
from apps.integrations.states import DestinationKind, SecretStatus, SendProblem

_RECEIVED = _("The receiver took it: it answered with a status between 200 and 299.")
_REDIRECTED = _(
    "It answered with a redirect, which is not followed. Write the address it leads to into the "
    "form, if that is the right one."
)
_NOT_TAKEN = _("It answered, but did not take it.")
_NOT_LET_IN = _(
    "It answered, but did not take it. A receiver that verifies signatures and does not know this "
    "secret yet answers like that."
)


def secret_page(request: HttpRequest, destination: Destination, secret: str) -> HttpResponse:
    """The one page that ever shows a secret."""
    page = _owner().act_page(
        request, destination, ROTATE, "admin/integrations/secret.html", secret=secret
    )
    page["Cache-Control"] = "no-store"
    return page


def _rotate(request: HttpRequest, destination: Destination) -> HttpResponse:
    secret = services.rotate_webhook_secret(
        destination, actor=actor_of(request), now=timezone.now()
    )
    return secret_page(request, destination, secret)


def _end_old(request: HttpRequest, destination: Destination) -> Any:
    services.end_retiring_secret(destination, actor=actor_of(request), now=timezone.now())
    return _("The old secret signs no more.")


def _send_test(request: HttpRequest, destination: Destination) -> HttpResponse:
    sent = services.send_test(destination, actor=actor_of(request), clock=timezone.now)
    page = _owner().act_page(
        request, destination, TEST, "admin/integrations/test.html", sent=sent, said=_said(sent)
    )
    page["Cache-Control"] = "no-store"
    return page


def _said(sent: SentTest) -> Any:
    if sent.answer.status is None:
        return SendProblem(sent.answer.problem).label
    if sent.answer.ok:
        return _RECEIVED
    if sent.answer.status in (400, 401, 403):
        return _NOT_LET_IN
    return _REDIRECTED if 300 <= sent.answer.status < 400 else _NOT_TAKEN


def _owner() -> ActingAdmin[Destination]:
    return cast(ActingAdmin[Destination], admin.site._registry[Destination])


def _try(request: HttpRequest, destination: Destination) -> HttpResponse:
    tried = services.try_connector(destination, actor=actor_of(request), clock=timezone.now)
    page = _owner().act_page(
        request, destination, TRY, "admin/integrations/tried.html", tried=tried
    )
    page["Cache-Control"] = "no-store"
    return page


def _is_webhook(destination: Destination) -> bool:
    return destination.kind == DestinationKind.WEBHOOK


def _overlaps(destination: Destination) -> bool:
    return any(one.status == SecretStatus.RETIRING for one in destination.secrets.all())


TEST = Act(
    "send-test",
    _("Send a test event"),
    lambda destination: (
        _(
            "A signed request of type “ping” goes to %(url)s at once, and the next page shows what is "
            "answered. This can take up to 20 seconds."
        )
        % {"url": destination.url}
    ),
    _send_test,
    fits=_is_webhook,
)


TRY = Act(
    "try",
    _("Try the connection"),
    lambda destination: (
        _(
            "The connector looks whether address, settings and credentials of %(name)s are right, "
            "without changing anything there. The next page shows what it found."
        )
        % {"name": destination}
    ),
    _try,
    fits=lambda destination: not _is_webhook(destination),
)


ROTATE = Act(
    "rotate-secret",
    _("Rotate the secret"),
    lambda destination: (
        _(
            "%(name)s gets a new secret, which is shown once, on the next page. For 24 hours every "
            "request carries two signatures, by the new secret and by the old one, so that the receiver "
            "can change over at any moment in between. After that the old one is forgotten."
        )
        % {"name": destination}
    ),
    _rotate,
    fits=lambda destination: _is_webhook(destination) and not _overlaps(destination),
)


END_OLD = Act(
    "end-old-secret",
    _("End the old secret now"),
    lambda destination: (
        _(
            "From now on requests to %(name)s carry one signature, by the new secret. A receiver that "
            "still knows the old one only will refuse them. This cannot be taken back."
        )
        % {"name": destination}
    ),
    _end_old,
    fits=_overlaps,
    danger=True,
)
