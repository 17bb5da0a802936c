"""What a REST destination asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.integrations.admin.fields import PairsField
from apps.integrations.admin.kinds.base import Credential, Group, Kind, Setting, choice, flag, text
from apps.integrations.policy.rest import (
    API_KEY,
    BASIC,
    BEARER,
    METHODS,
    NONE,
    OAUTH,
    TEST_METHODS,
    missing_credentials,
)

_BATCHES = (
    ("one", _("One request for each event")),
    ("items", _("One request for many: {“items”: […]}")),
    ("list", _("One request for many: […]")),
)
_AUTHS = (
    (NONE, _("Nothing")),
    (API_KEY, _("API key in a header")),
    (BASIC, _("User name and password")),
    (BEARER, _("Bearer token")),
    (OAUTH, _("OAuth 2.0, client credentials")),
)
_OAUTH = ("set_auth_kind", (OAUTH,))
_BATCH = ("set_batch", ("items", "list"))
_EXPRESSION = _("A JMESPath expression over one result.")


def _missing(config: Mapping[str, Any], there: Collection[str]) -> list[str]:
    auth = config.get("auth")
    return missing_credentials(auth.get("kind", NONE) if isinstance(auth, dict) else NONE, there)


REST = Kind(
    about=_("Calls any JSON API: an ERP, an integration platform, a service of your own."),
    missing=_missing,
    groups=(
        Group(
            _("The request"),
            (
                Setting("method", choice(_("Method"), [(one, one) for one in METHODS]), "POST"),
                Setting(
                    "path",
                    text(
                        _("Path"),
                        _(
                            "Added to the address, such as /returns/{body.number}: what stands in braces is "
                            "looked up in the event (id, type, subject.id) or in what is sent (body.…)."
                        ),
                    ),
                ),
                Setting(
                    "headers",
                    lambda: PairsField(
                        label=_("Fixed headers"),
                        between=":",
                        required=False,
                        help_text=_("One a line: X-Tenant: 42. No passwords: see below."),
                    ),
                    {},
                ),
                Setting("batch", choice(_("It takes"), _BATCHES), "one"),
                Setting(
                    "batch_key",
                    text(_("Name of the list"), _("In place of “items”.")),
                    "items",
                    shown_for=("set_batch", ("items",)),
                ),
                Setting(
                    "idempotency_header",
                    text(
                        _("Header for repetitions"),
                        _(
                            "Carries the id of the event, so that the same one twice is known. "
                            "Empty: none is sent."
                        ),
                    ),
                    "Idempotency-Key",
                    keeps_empty=True,
                ),
            ),
        ),
        Group(
            _("How we say who we are"),
            (
                Setting("auth.kind", choice(_("By"), _AUTHS), NONE),
                Setting(
                    "auth.header",
                    text(_("Name of the header")),
                    "X-API-Key",
                    shown_for=("set_auth_kind", (API_KEY,)),
                ),
                Credential("api_key", _("API key"), shown_for=("set_auth_kind", (API_KEY,))),
                Credential(
                    "username", _("User name"), open=True, shown_for=("set_auth_kind", (BASIC,))
                ),
                Credential("password", _("Password"), shown_for=("set_auth_kind", (BASIC,))),
                Credential("token", _("Token"), shown_for=("set_auth_kind", (BEARER,))),
                Setting(
                    "auth.token_url",
                    text(_("Address for tokens"), _("Such as https://login.example/oauth/token.")),
                    shown_for=_OAUTH,
                ),
                Credential("client_id", _("Client id"), open=True, shown_for=_OAUTH),
                Credential("client_secret", _("Client secret"), shown_for=_OAUTH),
                Setting(
                    "auth.scope", text(_("Scope"), _("If the issuer wants one.")), shown_for=_OAUTH
                ),
                Setting(
                    "auth.audience",
                    text(_("Audience"), _("If the issuer wants one.")),
                    shown_for=_OAUTH,
                ),
                Setting(
                    "auth.client_in_body",
                    flag(_("Name the client in the form instead of a header")),
                    default=False,
                    shown_for=_OAUTH,
                ),
            ),
        ),
        Group(
            _("What its answers mean"),
            (
                Setting(
                    "success",
                    text(
                        _("It is a yes when"),
                        _(
                            "A JMESPath expression over the answer that has to be true, "
                            "such as status == 'accepted'. "
                            "Empty: every status from 200 to 299 is a yes."
                        ),
                    ),
                ),
                Setting(
                    "items",
                    text(
                        _("Results are at"),
                        _("Where in the answer the list of results stands, such as results."),
                    ),
                    shown_for=_BATCH,
                ),
                Setting(
                    "item_id",
                    text(
                        _("Id of a result"),
                        _(
                            "Where a result names the id of its event. "
                            "Empty: results are in the order of the events."
                        ),
                    ),
                    shown_for=_BATCH,
                ),
                Setting(
                    "item_ok", text(_("A result is a yes when"), _EXPRESSION), shown_for=_BATCH
                ),
                Setting(
                    "item_retry",
                    text(_("A result is tried again when"), _EXPRESSION),
                    shown_for=_BATCH,
                ),
                Setting(
                    "item_detail", text(_("A result says why at"), _EXPRESSION), shown_for=_BATCH
                ),
            ),
            folded=True,
        ),
        Group(
            _("What “Try the connection” asks for"),
            (
                Setting(
                    "test_method", choice(_("Method"), [(one, one) for one in TEST_METHODS]), "GET"
                ),
                Setting(
                    "test_path",
                    text(
                        _("Path"),
                        _("Something harmless, such as /ping. Empty: the address itself."),
                    ),
                ),
            ),
            folded=True,
        ),
    ),
)
