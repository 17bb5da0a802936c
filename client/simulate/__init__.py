"""Simulated registers: they sell plausible baskets, then take goods back in every way there is.

Read in this order: `baskets` (what is sold), `register` (who sells), `scenarios` (how goods come
back), `__main__` (all of it together).
"""
