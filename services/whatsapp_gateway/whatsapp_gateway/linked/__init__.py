"""Numbers by linked device: a worker process for each, its protocol, and who looks after it."""
