"""SMPP 3.4: the PDUs, the stream they come in, and a session with a message centre."""
