"""What the generated OpenAPI schema is told beyond the views: every error is a problem document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)


class TerminalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OAuth 2.0 client credentials, as `POST oauth/token` speaks it."""

    target_class = "apps.terminals.authentication.TerminalTokenAuthentication"
    name = "register"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": {}}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class StrictFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Our strict fields say themselves what they accept; answers may say more (negative stock)."""

    target_class = "apps.common.fields.StrictField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        described: dict[str, Any] = self.target.schema()
        if direction == "response":
            described.pop("pattern", None)
        return described


_PROBLEM = {
    "type": "object",
    "required": ["type", "code", "title", "status", "detail", "errors", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "code": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
        "request_id": {"type": "string"},
        "link": {"type": "string", "format": "uri"},
    },
}
_ALWAYS = ("400", "401", "403", "404", "405", "406", "413", "415", "422", "429", "503")
_ON_POST = ("409",)
_EXPIRES = ("changes", "changes/stream")
# Repeatable by nature: by the key's thumbprint, the code, the order, or because the last one counts.
_NEEDS_NO_KEY = (
    *("oauth/token", "quote", "enrol", "self/keys", "self/heartbeat"),
    "shopify/{shop_id}",
)


def describe_problems(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """Postprocessing hook: add `Problem` and the answers that any operation may give."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for name, schema in schemas.items():
        if name.endswith("InRequest"):
            schema["additionalProperties"] = False
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _describe(operation, path, method)
    return result


def _describe(operation: dict[str, Any], path: str, method: str) -> None:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if path.endswith("oauth/token"):
        content["application/json"] = content["application/problem+json"]
    codes = _ALWAYS + (
        _ON_POST if method == "post" else ("410",) if path.endswith(_EXPIRES) else ()
    )
    for code in codes:
        operation["responses"].setdefault(
            code, {"description": "A problem document.", "content": content}
        )
    if method == "post" and not path.endswith(_NEEDS_NO_KEY):
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {
                    "type": "string",
                    "minLength": 16,
                    "maxLength": 255,
                    "pattern": "^[\\x21-\\x7e]+$",
                },
                "description": "One effect per key of a register, whatever token it comes with.",
            }
        )
