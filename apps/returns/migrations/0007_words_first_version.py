"""Words that were there before their history began get their first version."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

_NAMES = {
    "ReasonCode": ("code", "name", "parent_id", "disposition"),
    "ConditionCode": ("code", "name", "disposition"),
}


def begin_histories(apps: Any, schema_editor: Any) -> None:
    now = timezone.now()
    for model, names in _NAMES.items():
        history = apps.get_model("returns", f"Historical{model}")
        rows = apps.get_model("returns", model).objects.values(*names)
        history.objects.bulk_create(
            history(history_date=now, history_type="+", **row) for row in rows
        )


class Migration(migrations.Migration):
    dependencies = [("returns", "0006_words_history")]
    operations = [migrations.RunPython(begin_histories, migrations.RunPython.noop)]
