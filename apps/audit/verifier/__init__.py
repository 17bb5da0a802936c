"""What checks an export elsewhere. It imports nothing of ours, and nothing of ours imports it."""
