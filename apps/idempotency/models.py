from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotentRequest(models.Model):
    """A request that was carried out, and the very bytes it was answered with.

    The row commits with the effect, so a crash leaves neither. The scope is the terminal, never
    its token, so the promise survives key rotation.
    """

    id = models.BigAutoField(primary_key=True)
    terminal_id = models.UUIDField(_("register"))
    key = models.CharField(_("Idempotency-Key"), max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    method = models.CharField(max_length=8)
    path = models.CharField(_("address"), max_length=255)
    # What came of it, as `type:id`; at most one request may claim an effect.
    effect = models.CharField(_("effect"), max_length=80, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"))
    body = models.BinaryField()
    request_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            # The promise itself: one effect for a key of a terminal.
            models.UniqueConstraint(fields=["terminal_id", "key"], name="idempotent_once"),
        ]
        indexes = [
            # The prune job, oldest first.
            models.Index(fields=["created_at"], name="idempotent_created"),
            # «Which request made this?» (verify, and the story of a return).
            models.Index(
                fields=["effect"], condition=~models.Q(effect=""), name="idempotent_effect"
            ),
        ]


def lock_key(terminal_id: uuid.UUID, key: str) -> int:
    """A stable signed 64-bit number for the advisory lock of one key of one terminal."""
    return int.from_bytes(uuid.uuid5(terminal_id, key).bytes[:8], "big", signed=True)
