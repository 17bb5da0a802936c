"""Who did it: the append-only ledger. It knows ids and labels as plain values, and nobody's tables."""
