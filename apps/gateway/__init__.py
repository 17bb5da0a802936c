"""What registers of other makes say, in our words. Takes its place here; its work comes with adapters."""
