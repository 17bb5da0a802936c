"""Pure rules: which addresses we call, what a destination wants, when it is called, and again."""

from apps.integrations.policy.addresses import BadAddress, may_call, read_address

__all__ = ["BadAddress", "may_call", "read_address"]
