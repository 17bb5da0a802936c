"""The settings, with what tests need otherwise."""

from returns_mgmt.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
