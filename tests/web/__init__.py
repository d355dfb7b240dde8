"""The web client, as its build, its types and a browser show it."""
