from __future__ import annotations

from typing import Any

from rest_framework import serializers


class TokenForm(serializers.Serializer[Any]):
    """RFC 6749 4.4.2, form-encoded; the client authenticates by HTTP Basic or in the body."""

    grant_type = serializers.CharField(max_length=64)
    scope = serializers.CharField(max_length=200, required=False, allow_blank=True)
    client_id = serializers.CharField(max_length=64, required=False)
    client_secret = serializers.CharField(max_length=200, required=False)


class TokenOut(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.CharField(default="Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds.")
    scope = serializers.CharField()


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

    def get_scopes(self, caller: Any) -> list[str]:
        return sorted(caller.scopes)

    def get_stream_url(self, caller: Any) -> str:
        return str(self.context["stream_url"])

    def get_server_time(self, caller: Any) -> str:
        return str(self.context["now"])
