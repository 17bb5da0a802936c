"""What beat starts: all of it looks for work that stands in PostgreSQL, so a message may be lost."""

from typing import Any

# Name: the task, every how many seconds it is started, and after how many a message that nobody
# took is dropped, since a later one does the same.
_TASKS = {
    "carry-feed": ("integrations.carry_feed", 1, 5),
    "seal-trail": ("audit.seal", 1, 5),
    "sign-trail": ("audit.checkpoint", 60, 60),
    "export-trail": ("audit.export", 30, 30),
    "forget-exports": ("audit.forget_exports", 3600, 600),
    "execute-refunds": ("refunds.execute_due", 1, 5),
    "expire-returns": ("returns.expire_due", 60, 60),
    "verify": ("insights.verify", 300, 120),
    "beat-heartbeat": ("insights.heartbeat", 10, 10),
    "tend-terminals": ("terminals.tend", 60, 60),
    "forget-events": ("integrations.forget_events", 3600, 600),
    "make-months": ("retention.make_months", 3600, 600),
    "archive": ("retention.archive", 3600, 600),
    "reencrypt": ("insights.reencrypt", 10, 10),
    "deliveries-jobs": ("integrations.carry_on_jobs", 5, 5),
    "back-tests": ("returns.carry_on_back_tests", 5, 5),
    "watch": ("insights.watch", 30, 30),
    "disable-hopeless": ("integrations.disable_hopeless", 300, 300),
    "end-overlaps": ("integrations.end_overlaps", 60, 60),
    "pull-sources": ("integrations.pull_due", 1, 5),
    "apply-messages": ("integrations.apply_messages", 2, 5),
    "tend-inward": ("integrations.tend_inward", 60, 60),
    "prune-tokens": ("terminals.prune_tokens", 3600, 600),
    "prune-idempotency": ("idempotency.prune", 3600, 600),
}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": task, "schedule": float(every), "options": {"expires": expires}}
    for name, (task, every, expires) in _TASKS.items()
}
