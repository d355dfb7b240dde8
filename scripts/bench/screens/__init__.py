"""The web client in a browser, with a large inbox behind it."""
