"""What is going on: home page, health, and the invariants checked from outside."""
