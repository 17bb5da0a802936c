"""May it come back? Policies, the decision, and the return from authorization to completion."""
