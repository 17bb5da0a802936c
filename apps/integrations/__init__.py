"""Our events to other systems. Takes its place here; its work comes with deliveries."""
