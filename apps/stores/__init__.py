"""Where: regions and shops."""
