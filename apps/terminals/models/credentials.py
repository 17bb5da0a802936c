from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.ids import uuid7
from apps.terminals.models.registers import Terminal
from apps.terminals.states import CredentialKind, CredentialStatus


class Credential(models.Model):
    """A register's public key, or the SHA-256 of its secret (256 random bits need no slow hash)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    terminal = models.ForeignKey(Terminal, models.CASCADE, verbose_name=_("register"))
    kind = models.CharField(_("kind"), max_length=8, choices=CredentialKind.choices)
    public_key = models.JSONField(_("public key"), null=True)  # the members RFC 7638 names
    thumbprint = models.CharField(  # noqa: DJ001 (of secrets, which have none, there are many)
        _("thumbprint"), max_length=43, null=True, unique=True
    )
    secret_hash = models.BinaryField(max_length=32, null=True)
    asked_under = models.BinaryField(max_length=32, null=True)  # SHA-256 of the Idempotency-Key
    hint = models.CharField(_("begins with"), max_length=24)
    status = models.CharField(
        _("status"), max_length=16, choices=CredentialStatus.choices,
        default=CredentialStatus.PENDING,
    )  # fmt: skip
    slot = models.PositiveSmallIntegerField(null=True)  # 1 or 2 while usable
    created_at = models.DateTimeField(_("made"))
    first_used_at = models.DateTimeField(_("first used"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    not_after = models.DateTimeField(_("good until"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=CredentialStatus.values),
                name="credential_status_known",
            ),
            # A key has a public key and no secret; a secret the other way round.
            models.CheckConstraint(
                condition=models.Q(
                    kind="key", public_key__isnull=False, thumbprint__isnull=False,
                    secret_hash__isnull=True,
                )
                | models.Q(
                    kind="secret", public_key__isnull=True, thumbprint__isnull=True,
                    secret_hash__isnull=False,
                ),
                name="credential_is_key_or_secret",
            ),
            # At most one waits for its first use and one is in use: rotation needs no more.
            models.UniqueConstraint(
                fields=["terminal", "status"],
                condition=models.Q(status__in=["pending", "active"]),
                name="credential_one_pending_one_active",
            ),
            # At most two are usable: each holds one of two places, a revoked one holds none.
            models.UniqueConstraint(fields=["terminal", "slot"], name="credential_two_usable"),
            models.CheckConstraint(
                condition=models.Q(status="revoked", slot__isnull=True)
                | (~models.Q(status="revoked") & models.Q(slot__in=[1, 2])),
                name="credential_usable_has_a_place",
            ),
            # A revoked credential says when.
            models.CheckConstraint(
                condition=~models.Q(status="revoked") | models.Q(revoked_at__isnull=False),
                name="credential_revoked_when",
            ),
            # One that was replaced ends.
            models.CheckConstraint(
                condition=~models.Q(status="retiring") | models.Q(not_after__isnull=False),
                name="credential_retiring_until",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.hint


class EnrolmentCode(models.Model):
    """A one-use code that makes a register's key ours to trust; kept as its SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    terminal = models.ForeignKey(Terminal, models.CASCADE, verbose_name=_("register"))
    code_hash = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(_("begins with"), max_length=4)
    created_at = models.DateTimeField(_("made"))
    created_by = models.CharField(_("made by"), max_length=160)
    expires_at = models.DateTimeField(_("good until"))
    cancelled_at = models.DateTimeField(_("replaced"), null=True)
    used_at = models.DateTimeField(_("used"), null=True)
    credential = models.ForeignKey(Credential, models.CASCADE, null=True)

    class Meta:
        verbose_name = _("enrolment code")
        verbose_name_plural = _("enrolment codes")
        constraints = [
            # Of a register's codes one at most can be used: a new one replaces the one before.
            models.UniqueConstraint(
                fields=["terminal"],
                condition=models.Q(used_at=None, cancelled_at=None),
                name="enrolment_code_one_open",
            ),
            # What was used says for which key or secret.
            models.CheckConstraint(
                condition=models.Q(used_at=None, credential=None)
                | models.Q(used_at__isnull=False, credential__isnull=False),
                name="enrolment_code_used_for",
            ),
        ]


class AccessToken(models.Model):
    """A bearer token for 15 minutes, stored as its SHA-256. A new one never ends an old one."""

    id = models.BigAutoField(primary_key=True)
    credential = models.ForeignKey(Credential, models.CASCADE, verbose_name=_("credential"))
    token_hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(
        models.CharField(max_length=16), verbose_name=pgettext_lazy("scopes", "may")
    )
    issued_at = models.DateTimeField(_("given"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)  # the prune job
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")


class SpentAssertion(models.Model):
    """A signed assertion is good once: client id and `jti`, hashed, until it would have expired."""

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField(db_index=True)  # the prune job
