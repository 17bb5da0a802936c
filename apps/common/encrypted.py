"""A field for secrets: text in Python, encrypted in the database, shown by nothing on the way.

An instance holds the value sealed and opens it when the attribute is read, so that neither
`repr`, `vars`, a pickle nor a list of rows carries it in clear, and a row whose key is gone can
still be listed. `values()` gives it sealed. It stands in no form, and cannot be searched for.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.core import checks
from django.db import models
from django.db.models.lookups import Exact, IsNull
from django.db.models.query_utils import DeferredAttribute

from apps.common.keyring import Sealed, UnreadableSecret, keyring

# What may be set and what is got: the plug-in for Django's types works them out, with `null`.
_ST = TypeVar("_ST", contravariant=True)
_GT = TypeVar("_GT", covariant=True)


class SealedAttribute(DeferredAttribute):
    """Opens what is read, seals what is set."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        try:
            return keyring().open(value)
        except UnreadableSecret as error:
            where = f"{self.field.model._meta.label}.{self.field.name} of row {instance.pk}"
            raise UnreadableSecret(error.why, where) from None

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = _sealed(value)


class SealedExact(Exact):
    """Equal as stored: for compare-and-set. The same secret is never stored the same way twice."""

    def get_prep_lookup(self) -> Any:
        if not isinstance(self.rhs, Sealed):
            raise TypeError("Encrypted values cannot be searched for.")
        return self.rhs.text


class EncryptedTextField(models.TextField[_ST, _GT]):
    """Text that is encrypted under the newest of FIELD_KEYS whenever it is written.

    Reading raises UnreadableSecret, naming field and row, when the key it stands under is gone.
    """

    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "editable": False})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_history()]

    def from_db_value(self, value: str | None, *args: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def get_prep_value(self, value: Any) -> str | None:
        sealed = _sealed(value)
        return sealed.text if isinstance(sealed, Sealed) else sealed

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """As it stands, or under the newest key: a save never brings an older key back."""
        value = sealed_value(model_instance, self.attname)
        ring = keyring()
        if value is None or value.mark == ring.newest:
            return value
        try:
            return ring.reseal(value)
        except UnreadableSecret:
            return value

    def value_to_string(self, obj: models.Model) -> str:
        """For `dumpdata`: as stored."""
        value = sealed_value(obj, self.attname)
        return value.text if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        return {"exact": SealedExact, "isnull": IsNull}.get(lookup_name)

    def _check_history(self) -> list[checks.CheckMessage]:
        if not hasattr(self.model, "instance_type"):
            return []
        text = "A history would keep secrets for ever; name the field in excluded_fields."
        return [checks.Error(text, obj=self, id="common.E001")]


def sealed_value(row: models.Model, name: str) -> Sealed | None:
    """The value of a loaded row as it is stored, unopened; for telling whether it could be read."""
    if name not in row.__dict__:  # deferred; Django's own way of loading it would open it
        rows = type(row)._base_manager.filter(pk=row.pk)
        row.__dict__[name] = rows.values_list(name, flat=True).get()
    value: Sealed | None = row.__dict__[name]
    return value


def encrypted_fields() -> list[EncryptedTextField[Any, Any]]:
    """Every such field of every table, in a fixed order."""
    from django.apps import apps

    models_ = sorted(apps.get_models(include_auto_created=True), key=lambda m: m._meta.label)
    return [
        field
        for model in models_
        if not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def _sealed(value: Any) -> Any:
    """Text sealed; what is sealed, nothing, or an expression as it is."""
    return keyring().seal(value) if isinstance(value, str) else value
