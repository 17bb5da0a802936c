import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.datetime
from django.db import migrations, models

import apps.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="heard")),
                ("occurred_at", models.DateTimeField(null=True, verbose_name="happened")),
                ("actor_kind", models.CharField(max_length=16, verbose_name="kind of actor")),
                ("actor_id", models.CharField(max_length=64)),
                ("actor_label", models.CharField(max_length=150, verbose_name="who")),
                (
                    "credential_id",
                    models.CharField(
                        blank=True, db_default="", max_length=64, verbose_name="credential"
                    ),
                ),
                ("store_id", models.BigIntegerField(null=True)),
                ("store_number", models.CharField(blank=True, max_length=16, verbose_name="shop")),
                (
                    "terminal_number",
                    models.CharField(blank=True, max_length=16, verbose_name="register"),
                ),
                ("action", models.CharField(max_length=64, verbose_name="what")),
                ("subject_type", models.CharField(max_length=32)),
                ("subject_id", models.CharField(max_length=64)),
                (
                    "subject_label",
                    models.CharField(blank=True, max_length=150, verbose_name="on what"),
                ),
                ("outcome", models.CharField(blank=True, max_length=32, verbose_name="outcome")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="why")),
                ("data", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "trail entry",
                "verbose_name_plural": "trail entries",
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id", "id"], name="audit_subject"),
                    models.Index(fields=["store_number", "-id"], name="audit_store"),
                    models.Index(fields=["actor_kind", "actor_id", "-id"], name="audit_actor"),
                    models.Index(fields=["action", "-id"], name="audit_action"),
                    models.Index(
                        condition=models.Q(("subject_label", ""), _negated=True),
                        fields=["subject_label", "-id"],
                        name="audit_label",
                    ),
                    models.Index(fields=["actor_label", "-id"], name="audit_who"),
                    models.Index(
                        condition=models.Q(("request_id", ""), _negated=True),
                        fields=["request_id", "-id"],
                        name="audit_request",
                    ),
                    models.Index(
                        condition=models.Q(("terminal_number", ""), _negated=True),
                        fields=["store_number", "terminal_number", "-id"],
                        name="audit_register",
                    ),
                    models.Index(
                        django.db.models.fields.json.KeyTextTransform("provider_ref", "data"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("data__has_key", "provider_ref")),
                        name="audit_provider_ref",
                    ),
                    models.Index(
                        django.db.models.fields.json.KeyTextTransform("operator", "data"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("data__has_key", "operator")),
                        name="audit_operator",
                    ),
                    models.Index(
                        condition=models.Q(("outcome", ""), _negated=True),
                        fields=["outcome", "-id"],
                        name="audit_outcome",
                    ),
                    models.Index(
                        condition=models.Q(("actor_kind", "terminal"), _negated=True),
                        fields=["actor_kind", "-id"],
                        name="audit_kind",
                    ),
                    models.Index(fields=["at", "id"], name="audit_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrailExport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=apps.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("wanted", models.JSONField(default=dict, verbose_name="selection")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("asked_by", models.CharField(max_length=160, verbose_name="asked for by")),
                ("asked_by_id", models.CharField(max_length=64)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "links",
                    models.PositiveBigIntegerField(null=True, verbose_name="links of chains"),
                ),
                ("written", models.PositiveBigIntegerField(default=0, verbose_name="written")),
                ("entries", models.PositiveBigIntegerField(default=0, verbose_name="entries")),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="size")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("problem", models.CharField(blank=True, max_length=200, verbose_name="problem")),
            ],
            options={
                "verbose_name": "export of the trail",
                "verbose_name_plural": "exports of the trail",
                "indexes": [
                    models.Index(fields=["-asked_at", "-id"], name="audit_export_recent"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="audit_export_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrailExportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "export",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="audit.trailexport",
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("export", "n"), name="audit_export_part_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="UnsealedEntry",
            fields=[
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "noted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("chain", models.BigIntegerField()),
                ("n", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "n"), name="audit_seal_place_once"),
                    models.CheckConstraint(
                        condition=models.Q(("n__gte", 1)), name="audit_seal_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "number",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="number"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("chains", models.IntegerField(verbose_name="chains")),
                ("entries", models.BigIntegerField(verbose_name="entries")),
                ("root", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("key_id", models.CharField(max_length=16, verbose_name="signed with")),
                (
                    "restored",
                    models.CharField(blank=True, max_length=200, verbose_name="restored, because"),
                ),
            ],
            options={
                "verbose_name": "checkpoint",
                "verbose_name_plural": "checkpoints",
            },
        ),
        migrations.CreateModel(
            name="ArchivedMonth",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16, verbose_name="what")),
                ("month", models.DateField(verbose_name="month")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("rows", models.BigIntegerField(verbose_name="rows")),
                ("file", models.CharField(max_length=100, verbose_name="file")),
                ("bytes", models.BigIntegerField(verbose_name="bytes")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("until_id", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "archived month",
                "verbose_name_plural": "archived months",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "month"), name="archived_month_once")
                ],
            },
        ),
    ]
