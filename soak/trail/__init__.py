"""Does a rush of returns leave one unbroken chain for each shop, and how soon is it sealed?

`make soak-trail` runs it, on an installation and with a load of the benchmark's (`bench`). Read in this order:

    rush     sales, then their returns over many lines at once, the sealer at work in the worker
    links    what the database holds of each shop, by SELECTs of its own
    report   what came of it
"""
