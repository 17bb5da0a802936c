"""The replay of real sales: the "Online Retail" data set played through the API as registers would.

Read in this order: `lines` (a CSV line), `classify` (what it is), `invoices` (the book they make),
`messages` and `matching` (what is sent), `journal` and `tally` (what is remembered), `player`
(one invoice), `run` (all of them), `report` (the figures).
"""
