"""What was sold: frozen when it is taken in. Knows the goods, and nothing of what comes back later."""
