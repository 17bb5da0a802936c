"""Staff who open the admin, and what their role lets them do. Knows nothing of shops or returns."""
