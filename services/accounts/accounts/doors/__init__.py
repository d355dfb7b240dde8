"""The doors of accounts, a module for each subject."""
