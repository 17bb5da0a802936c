from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mapping(models.Model):
    """How an event becomes what another system understands; several destinations may share one."""

    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("field mapping")
        verbose_name_plural = _("field mappings")

    def __str__(self) -> str:
        return self.name


class MappingVersion(models.Model):
    """One version: a template whose values are JMESPath expressions. A published one never
    changes: a trigger refuses it (migration 0006)."""

    mapping = models.ForeignKey(Mapping, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    template = models.JSONField(_("template"), default=dict)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("made"))
    created_by = models.CharField(_("made by"), max_length=160)
    published_at = models.DateTimeField(_("in force since"), null=True)

    class Meta:
        verbose_name = _("mapping version")
        verbose_name_plural = _("mapping versions")
        constraints = [
            models.UniqueConstraint(fields=["mapping", "number"], name="mapping_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.mapping} v{self.number}"
