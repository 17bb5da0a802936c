"""Permissions come from the role alone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from apps.accounts.models import User
from apps.accounts.policy import is_allowed


class RoleBackend(ModelBackend):
    """Django's password check, with permissions answered by `accounts.policy`."""

    def has_perm(
        self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Model | None = None
    ) -> bool:
        return (
            isinstance(user_obj, User)
            and user_obj.is_active
            and user_obj.is_staff
            and is_allowed(user_obj.role, perm)
        )

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return isinstance(user_obj, User) and user_obj.is_active and user_obj.is_staff

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        return set()
