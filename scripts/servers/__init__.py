"""Private servers on loopback, started from the system's installed binaries."""
