"""The rules of the inbox: plain Python, without bus or SQL."""
