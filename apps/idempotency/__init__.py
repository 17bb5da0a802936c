"""The same request twice has one effect, whatever token it came with. Knows no domain."""
