from __future__ import annotations

from uuid import UUID

from celery import current_app, shared_task
from django.utils import timezone

from apps.common.caller import worker_actor
from apps.events import services as events
from apps.integrations import services
from apps.integrations.services.keeping import needed_from


@shared_task(name="integrations.end_overlaps")
def end_overlaps() -> None:
    services.end_overlaps(actor=worker_actor("integrations.end_overlaps"), now=timezone.now())


@shared_task(name="integrations.disable_hopeless")
def disable_hopeless() -> None:
    actor = worker_actor("integrations.disable_hopeless")
    services.disable_hopeless(actor=actor, now=timezone.now())


@shared_task(name="integrations.carry_feed")
def carry_feed() -> None:
    """What was told gets its place and its deliveries; then workers are called to those who wait."""
    for destination_id, concurrency, wanted in services.carry_feed(clock=timezone.now):
        for _ in range(wanted):
            current_app.send_task(
                "integrations.deliver",
                kwargs={"destination_id": str(destination_id), "concurrency": concurrency},
                expires=10,
            )


@shared_task(name="integrations.deliver")
def deliver(destination_id: str, concurrency: int) -> None:
    services.deliver_due(UUID(destination_id), concurrency, clock=timezone.now)


@shared_task(name="integrations.carry_on_jobs")
def carry_on_jobs() -> None:
    """Go on with what somebody asked for on a page: replays and the like, in batches."""
    services.carry_on_jobs(clock=timezone.now)


@shared_task(name="integrations.forget_events")
def forget_events() -> None:
    """The feed keeps its last days, and what deliveries need."""
    events.forget_events(keep_from=needed_from(), now=timezone.now())


@shared_task(name="integrations.pull_due")
def pull_due() -> None:
    """One task for each flow whose turn it is; one flow that is slow holds up no other."""
    for flow_id in services.due_flows(timezone.now()):
        current_app.send_task(
            "integrations.pull", kwargs={"flow_id": str(flow_id)}, expires=10, ignore_result=True
        )


@shared_task(name="integrations.pull")
def pull(flow_id: str) -> None:
    services.run_flow(UUID(flow_id), clock=timezone.now)


@shared_task(name="integrations.apply_messages")
def apply_messages() -> None:
    services.apply_due_messages(clock=timezone.now)


@shared_task(name="integrations.tend_inward")
def tend_inward() -> None:
    """Old secrets of web shops end, waiting ends, old runs and messages are forgotten."""
    now = timezone.now()
    services.give_up_waiting(now=now)
    services.end_shop_overlaps(actor=worker_actor("integrations.tend_inward"), now=now)
    services.prune_inward(now=now)
