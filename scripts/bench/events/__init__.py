"""Events between two processes with what they do to a database: ours, and written by hand."""
