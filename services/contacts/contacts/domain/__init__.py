"""The rules of contacts: plain Python, without bus and without SQL."""
