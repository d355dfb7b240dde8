"""The doors of the service, by subject."""
