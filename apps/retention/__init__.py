"""Months of the big tables: made ahead, and put away into files after their time."""
