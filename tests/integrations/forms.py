"""Forms as a browser would send them."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.test import Client

from tests.admin.helpers import page

NO_ROWS = {"secrets-TOTAL_FORMS": "0", "secrets-INITIAL_FORMS": "0"}  # of the table below the form


def filled(client: Client, thing: Model, **changes: Any) -> dict[str, Any]:
    """What the form on a thing's page holds, with these changes."""
    form = client.get(page(thing)).context["adminform"].form
    values = {
        name: form[name].value()
        for name in form.fields
        if form[name].value() is not None and form[name].value() is not False
    }
    return {**values, **NO_ROWS, **changes}
