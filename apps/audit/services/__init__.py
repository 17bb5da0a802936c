"""Writing the trail, sealing it, signing where it stands, and checking all of that."""

from apps.audit.services.recording import record, record_each

__all__ = ["record", "record_each"]
