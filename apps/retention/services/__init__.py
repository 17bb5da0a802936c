"""Making months ahead, and putting old ones away."""
