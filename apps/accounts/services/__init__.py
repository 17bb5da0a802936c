"""Staff: accounts, logging in, the second factor. Everything done leaves its entry in the trail."""

from apps.accounts.services.entering import (
    Knock,
    enter_code,
    enter_password,
    note_entered,
    note_left,
    open_again,
)
from apps.accounts.services.factors import (
    NotConfirmed,
    begin_factor,
    confirm_factor,
    renew_recovery_codes,
    reset_factor,
)
from apps.accounts.services.people import (
    create_user,
    end_sessions,
    note_given_password,
    note_review,
)

__all__ = [
    "Knock",
    "NotConfirmed",
    "begin_factor",
    "confirm_factor",
    "create_user",
    "end_sessions",
    "enter_code",
    "enter_password",
    "note_entered",
    "note_given_password",
    "note_left",
    "note_review",
    "open_again",
    "renew_recovery_codes",
    "reset_factor",
]
