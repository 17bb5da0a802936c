"""What thousands who wait cost, and how soon they hear.

audience     all of them, in one process on loopback
inside       what runs within the application (with Django): registers, and news
measure      opens the lines, waits, tells; figures to print
"""
