"""What `make run` brings up: databases, web, worker, beat. It starts Django, never imports it."""
