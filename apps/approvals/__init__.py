"""Who may allow what the rules leave to a person, where, up to which amount, and how they prove who they are."""
