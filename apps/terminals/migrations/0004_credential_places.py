from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("terminals", "0003_give_places")]

    operations = [
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "key"),
                        ("public_key__isnull", False),
                        ("secret_hash__isnull", True),
                        ("thumbprint__isnull", False),
                    ),
                    models.Q(
                        ("kind", "secret"),
                        ("public_key__isnull", True),
                        ("secret_hash__isnull", False),
                        ("thumbprint__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="credential_is_key_or_secret",
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(
                fields=("terminal", "slot"), name="credential_two_usable"
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("slot__isnull", True), ("status", "revoked")),
                    models.Q(models.Q(("status", "revoked"), _negated=True), ("slot__in", [1, 2])),
                    _connector="OR",
                ),
                name="credential_usable_has_a_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "retiring"), _negated=True),
                    ("not_after__isnull", False),
                    _connector="OR",
                ),
                name="credential_retiring_until",
            ),
        ),
        migrations.AlterField(
            model_name="credential",
            name="kind",
            field=models.CharField(
                choices=[("key", "Key"), ("secret", "Secret")], max_length=8, verbose_name="kind"
            ),
        ),
    ]
