"""What waits: the feed as stream and long poll, a return until its refunds are through; and starting anew."""
