"""People and companies, and the addresses at which they are reached on every channel."""
