"""How fast events go out, and how long one takes from its commit to the receiver.

receiver     a fast receiver on loopback, in a process of its own
inside       what runs within the application (with Django): events, and their destination
measure      fills, drains, and watches single events; figures to print
"""
