"""What the Makefile calls: setting up, locking, testing, checking, and running everything here."""
