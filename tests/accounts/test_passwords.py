"""What a new password has to be."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from apps.accounts.models import User
from apps.accounts.passwords import new_password


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short-9", "password_too_short"),
        ("password1234", "password_too_common"),
        ("only-letters-here", "password_letters_digits"),
        ("472913850671", "password_letters_digits"),
        ("ines-ines-ines1", "password_too_similar"),
        ("quiet-harbour-42", "password_used_before"),
    ],
    ids=["short", "common", "letters", "digits", "name", "present"],
)
def test_what_is_refused(person: User, password: str, code: str) -> None:
    person.username = "ines-ines-ines"

    with pytest.raises(ValidationError) as refused:
        validate_password(password, person)

    assert code in [error.code for error in refused.value.error_list]


def test_nor_the_one_before(person: User) -> None:
    person.set_password("calm-meadow-77-river")
    person.save()

    with pytest.raises(ValidationError):
        validate_password("quiet-harbour-42", person)
    validate_password("third-window-19-oak", person)


def test_those_made_by_commands_fit(db: None) -> None:
    for _ in range(50):
        validate_password(new_password())


def test_the_database_knows_no_superuser(person: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.update(is_superuser=True)
