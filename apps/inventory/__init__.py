"""The goods: items, levels, and the ledger of movements. Knows neither sales nor returns."""
