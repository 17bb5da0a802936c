"""Staff accounts. Log-ins and changes leave their entry in the trail through the admin."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password

from apps.accounts.models import Role, User


def create_user(*, username: str, password: str, role: Role, email: str = "") -> User:
    """A member of staff who may log in. ValidationError when the password is too weak."""
    user = User(username=username, role=role, email=email, is_staff=True)
    validate_password(password, user)
    user.set_password(password)
    user.save()
    return user
