from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.returns import services
from apps.returns.services import backtesting


@shared_task(name="returns.expire_due")
def expire_due() -> None:
    services.expire_due_returns(now=timezone.now())


@shared_task(name="returns.carry_on_back_tests")
def carry_on_back_tests() -> None:
    """Go on with the back-tests that somebody asked for on a page, in batches."""
    backtesting.carry_on_back_tests(clock=timezone.now)
