"""The settings, with what tests need otherwise."""

from returns_mgmt.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUDIT_CHECKPOINTS = ""  # nothing is signed but in tests that name a folder
