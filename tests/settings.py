"""The settings, with what tests need otherwise."""

from returns_mgmt.settings import *  # noqa: F403

SESSION_SEEN_EVERY_S = 600  # no writes in the midst of counting statements
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUDIT_CHECKPOINTS = ""  # nothing is signed but in tests that name a folder
ARCHIVE_FOLDER = ""  # likewise nothing is put away
