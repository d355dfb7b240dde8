"""The tables of accounts and their queries: the only SQL of this service."""
