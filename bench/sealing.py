"""How fast the trail is sealed, and walked: entries of many shops, written at once and then sealed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.place import Place

SHOPS = 100
_WRITE = """
WITH told AS (
    INSERT INTO audit_auditentry (at, occurred_at, actor_kind, actor_id, actor_label, credential_id, store_id,
        store_number, terminal_number, action, subject_type, subject_id, subject_label, outcome, reason, data,
        request_id)
    SELECT now(), now(), 'terminal', gen_random_uuid(), 'bench', gen_random_uuid(), 1000000 + n % {shops},
           'B' || n % {shops},
           '01', 'return.completed', 'return', gen_random_uuid(), 'R-' || n, 'approved', '',
           '{{"status": "completed", "receipt": "BENCH-1", "refund_minor": 1530, "currency": "EUR", "policy": 1}}',
           gen_random_uuid()
      FROM generate_series(1, {entries}) AS n
    RETURNING id)
INSERT INTO audit_unsealedentry (entry_id) SELECT id FROM told
"""
_LEFT = "SELECT count(*) FROM audit_unsealedentry"


@dataclass(frozen=True, slots=True)
class Sealing:
    """Entries a second, the command's own start taken off; `sound` when the walk found nothing."""

    entries: int
    sealed_per_s: float
    walked: int
    walked_per_s: float
    sound: bool


def measure(place: Place, entries: int) -> Sealing:
    """Write and seal so many while worker and beat stand still; then walk all there is."""
    with place.background_paused():
        place.application.manage("audit", "seal")
        started = _seconds(place, "seal")
        place.fetch(_WRITE.format(entries=entries, shops=SHOPS))
        sealing = max(_seconds(place, "seal") - started, 0.001)
        (left,) = place.fetch(_LEFT)
        (walked,) = place.fetch("SELECT count(*) FROM audit_seal")
        began = time.monotonic()
        code, _said = place.application.try_manage("audit", "verify")
        walking = max(time.monotonic() - began - started, 0.001)
    return Sealing(entries, entries / sealing, walked, walked / walking, code == 0 and left == 0)


def _seconds(place: Place, what: str) -> float:
    began = time.monotonic()
    place.application.manage("audit", what)
    return time.monotonic() - began
