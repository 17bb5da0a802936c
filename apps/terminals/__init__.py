"""Who is asking: registers, their credentials and access tokens, and what their profile allows."""
