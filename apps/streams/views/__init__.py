"""Views that let a request in to wait (`waiting`), and the call to start anew with (`resync`)."""
