"""Which requests count against which limit.

An address that cannot be known is counted like one address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.common.addresses import address_of, household_of
from apps.common.caller import Caller
from apps.common.errors import Refusal
from apps.common.limits import Limit, check, check_without_taking, penalize

_QUARTER_OF_AN_HOUR = 900
_WRONG_APPROVALS = 20


class PerAddress(BaseThrottle):
    """For what is open to everybody: `throttle_classes = (PerAddress,)`."""

    def allow_request(self, request: Request, view: Any) -> bool:
        check(_bucket("token", request), Limit(*settings.RATE_LIMIT_TOKEN))
        return True


def limit_register(caller: Caller) -> None:
    """Every request of a register, by the limit of its profile. No SQL, one round trip to Valkey."""
    check(f"terminal:{caller.terminal_id}", Limit(caller.rate_per_second, caller.burst))


def limit_failures(request: Request) -> None:
    """An unknown token, by its address. Registers there whose tokens are good go on."""
    check(_bucket("failures", request), Limit(*settings.RATE_LIMIT_FAILURES))


@contextmanager
def few_wrong_codes(request: Request, wrong: type[Refusal]) -> Iterator[None]:
    """Around the use of an enrolment code: when it ends in `wrong`, that counts for the address.

    After RATE_LIMIT_ENROLMENT wrong ones no code from there is looked at, a good one neither, until
    its share of 15 minutes has passed: with five, one more try every three minutes.
    """
    tries = settings.RATE_LIMIT_ENROLMENT
    bucket = _bucket("enrolment", request)
    limit = Limit(tries, tries, per_s=_QUARTER_OF_AN_HOUR)
    check_without_taking(bucket, limit)
    try:
        yield
    except wrong:
        penalize(bucket, limit)
        raise


@contextmanager
def few_wrong_approvals(caller: Caller, wrong: type[Refusal]) -> Iterator[None]:
    """Around the proof of an approver: after 20 wrong ones a register has to wait, whoever is named.

    Each approver is locked after five; this keeps a register from locking one after the other.
    """
    bucket = f"approval:{caller.terminal_id}"
    limit = Limit(_WRONG_APPROVALS, _WRONG_APPROVALS, per_s=_QUARTER_OF_AN_HOUR)
    check_without_taking(bucket, limit)
    try:
        yield
    except wrong:
        penalize(bucket, limit)
        raise


def _bucket(name: str, request: Request) -> str:
    return f"{name}:{household_of(address_of(request))}"
