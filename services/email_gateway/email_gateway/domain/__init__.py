"""The rules of mail: plain Python, no bus, no SQL."""
