"""The decision: pure functions over frozen facts. Nothing here can reach the database or the clock."""

from apps.returns.policy.decision import Decision, LineDecision, decide
from apps.returns.policy.facts import ExchangeFacts, Facts, LineFacts, Rulebook

__all__ = ["Decision", "ExchangeFacts", "Facts", "LineDecision", "LineFacts", "Rulebook", "decide"]
