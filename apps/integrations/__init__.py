"""Our events to other systems: the destinations that want to hear, and the secrets we sign with.

So far only test events are sent; deliveries take their place here.
"""
