from apps.terminals.views.enrolment import Enrol
from apps.terminals.views.own import Heartbeat, Keys
from apps.terminals.views.tokens import Token

__all__ = ["Enrol", "Heartbeat", "Keys", "Token"]
