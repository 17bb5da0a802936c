from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.fields import (
    FlagField,
    InstantField,
    IntField,
    ObjectField,
    StrictSerializer,
    TextField,
    format_instant,
)


class TokenForm(serializers.Serializer[Any]):
    """RFC 6749 4.4.2, form-encoded; the client signs (RFC 7523) or sends a secret."""

    grant_type = serializers.CharField(max_length=64)
    scope = serializers.CharField(max_length=200, required=False, allow_blank=True)
    client_id = serializers.CharField(max_length=64, required=False)
    client_secret = serializers.CharField(max_length=200, required=False)
    client_assertion_type = serializers.CharField(max_length=100, required=False)
    client_assertion = serializers.CharField(max_length=4096, required=False)


class TokenOut(serializers.Serializer[Any]):
    access_token = serializers.CharField(source="token")
    token_type = serializers.SerializerMethodField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    scope = serializers.SerializerMethodField()
    rotate_by = InstantField(
        allow_null=True, help_text="Not null: make a new key now, and have it in use by then."
    )

    def get_token_type(self, issued: Any) -> str:
        return "Bearer"

    def get_scope(self, issued: Any) -> str:
        return " ".join(issued.scopes)


class _KeyOrSecret(StrictSerializer):
    jwk = ObjectField(required=False)
    secret = FlagField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("jwk" in attrs) == (attrs.get("secret") is True):
            raise serializers.ValidationError({"jwk": "Send a public key, or `secret: true`."})
        return attrs


class EnrolIn(_KeyOrSecret):
    code = TextField(max_length=40)
    hardware = TextField(max_length=120, required=False, default="", allow_blank=True)
    software = TextField(max_length=64, required=False, default="", allow_blank=True)


class KeyIn(_KeyOrSecret):
    proof = TextField(max_length=4096, required=False)


class HeartbeatIn(StrictSerializer):
    software_version = TextField(max_length=64, required=False, default="", allow_blank=True)
    hardware = TextField(max_length=120, required=False, default="", allow_blank=True)
    clock = InstantField(required=False)
    queue_depth = IntField(required=False)


class EnrolOut(serializers.Serializer[Any]):
    client_id = serializers.UUIDField(source="terminal.pk")
    credential_id = serializers.UUIDField(source="posted.credential.pk")
    kid = serializers.CharField(source="posted.credential.thumbprint", allow_null=True)
    client_secret = serializers.CharField(source="posted.secret", required=False)
    store = serializers.CharField(source="terminal.store.number")
    terminal = serializers.CharField(source="terminal.number")
    timezone = serializers.CharField(source="terminal.store.timezone")
    currency = serializers.CharField(source="terminal.store.currency")
    scopes = serializers.ListField(source="terminal.profile.scopes", child=serializers.CharField())
    token_url = serializers.CharField(help_text="Where to ask for tokens; `aud` of assertions.")
    enrolled_at = InstantField(source="at")

    def to_representation(self, enrolled: Any) -> dict[str, Any]:
        return _without_empty_secret(super().to_representation(enrolled))


class KeyOut(serializers.Serializer[Any]):
    credential_id = serializers.UUIDField(source="credential.pk")
    kid = serializers.CharField(source="credential.thumbprint", allow_null=True)
    client_secret = serializers.CharField(source="secret", required=False)
    status = serializers.CharField(source="credential.status")

    def to_representation(self, posted: Any) -> dict[str, Any]:
        return _without_empty_secret(super().to_representation(posted))


class PulseOut(serializers.Serializer[Any]):
    server_time = serializers.SerializerMethodField()
    clock_skew_ms = serializers.IntegerField(
        allow_null=True, help_text="How far the register's clock is ahead of ours."
    )
    rotate_by = InstantField(allow_null=True)

    def get_server_time(self, pulse: Any) -> str:
        return format_instant(self.context["now"])


class OwnCredentialOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    kid = serializers.CharField(source="thumbprint", allow_null=True)
    status = serializers.CharField()
    created_at = InstantField()


class TerminalOut(serializers.Serializer[Any]):
    """The register's own settings."""

    id = serializers.UUIDField(source="terminal_id")
    number = serializers.CharField(source="terminal_number")
    store = serializers.CharField(source="store_number")
    timezone = serializers.CharField()
    currency = serializers.CharField()
    scopes = serializers.SerializerMethodField()
    stream_url = serializers.SerializerMethodField(help_text="Where long polls and streams wait.")
    server_time = serializers.SerializerMethodField()
    rotate_by = serializers.SerializerMethodField()
    credential = serializers.SerializerMethodField()

    def get_scopes(self, caller: Any) -> list[str]:
        return sorted(caller.scopes)

    def get_stream_url(self, caller: Any) -> str:
        return str(self.context["stream_url"])

    def get_server_time(self, caller: Any) -> str:
        return format_instant(self.context["now"])

    def get_rotate_by(self, caller: Any) -> str | None:
        due = self.context["rotate_by"]
        return format_instant(due) if due else None

    @extend_schema_field(OwnCredentialOut)
    def get_credential(self, caller: Any) -> Any:
        return OwnCredentialOut(self.context["credential"]).data


def _without_empty_secret(data: dict[str, Any]) -> dict[str, Any]:
    if data["client_secret"] is None:
        del data["client_secret"]
    return data
