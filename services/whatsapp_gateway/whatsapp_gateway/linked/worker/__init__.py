"""The worker: one process for one number. It knows nothing of the service but the protocol.

It is never imported by the service, as its client freezes a process that eventlet has patched. It
is crash-only: whatever it cannot go on with ends the process, and the service begins another.
"""
