"""What happened, in order: the event ledger, the sequencer and the change feed. Knows no destination."""
