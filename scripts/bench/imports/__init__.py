"""Contacts from a file, against the same rows inserted by hand."""
