"""Looking at the whole from above: the invariants, the figures, and setting up shops to look at."""
