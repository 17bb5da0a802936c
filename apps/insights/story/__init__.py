"""The story of a return to its end: who was told and what they answered, the proof, and the pack."""
