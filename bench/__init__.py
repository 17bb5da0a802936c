"""Measuring this machine: the floor, the empty endpoint, and ours, in one run."""
