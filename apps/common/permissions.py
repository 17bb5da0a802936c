"""Deny by default: a view says which scope each method needs, or nobody may call it."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.common.caller import Caller
from apps.common.errors import NotYours


class ScopeMissing(NotYours):
    code = "scope-missing"


class HasScope(BasePermission):
    """`view.scopes = {"GET": "read", "POST": "sales"}`; a method that is not named is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        caller = request.auth
        if not isinstance(caller, Caller):
            return False
        needed = getattr(view, "scopes", {}).get(request.method)
        if needed is None:
            raise MethodNotAllowed(str(request.method))
        if needed not in caller.scopes:
            raise ScopeMissing(f"This register's profile does not include the scope “{needed}”.")
        return True
