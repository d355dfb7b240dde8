"""The rules of accounts: plain Python, without bus and without SQL."""
