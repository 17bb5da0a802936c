"""Writing the trail, sealing it, signing where it stands, and checking all of that."""

from apps.audit.services.recording import record

__all__ = ["record"]
