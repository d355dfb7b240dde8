"""Texts from an HTTP door to a message centre: a gateway as a whole against other gateways."""
