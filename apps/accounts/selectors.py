"""What is known of a person's second factor."""

from __future__ import annotations

from apps.accounts.models import SecondFactor, User


def has_factor(person: User) -> bool:
    return SecondFactor.objects.filter(person=person, confirmed_at__isnull=False).exists()
